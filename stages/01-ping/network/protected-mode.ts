/** The ways to let in clients of other hosts; later stages add to them. */
const WAYS = [
  "If you started the server manually just for testing, restart it with the '--protected-mode no' option.",
];

/** The error that a client from another host gets in protected mode (Redis: `clientAcceptHandler`). */
export function describeProtectedMode(): string {
  return (
    'DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the default user. ' +
    'In this mode connections are only accepted from the loopback interface. If you want to connect from external computers to ' +
    `Redis you may adopt one of the following solutions: ${WAYS.map((way, i) => `${i + 1}) ${way}`).join(' ')} NOTE: You only need to do ` +
    'one of the above things in order for the server to start accepting connections from the outside.'
  );
}
