/** The first lines of a server in another language: a socket that sends no replies yet. */
export interface Starter {
  readonly file: string;
  readonly text: string;
  /** How it is started, from the fork's folder. */
  readonly cmd: string;
}

const JAVASCRIPT = `import { createServer } from 'node:net';

const port = Number(process.argv[process.argv.indexOf('--port') + 1]);

const server = createServer((socket) => {
  socket.on('error', () => {}); // the client has gone
  socket.on('data', (bytes) => {
    // Here a request comes in, such as *1\\r\\n$4\\r\\nPING\\r\\n. Its answer would be:
    // socket.write('+PONG\\r\\n');
  });
});

server.listen(port, '127.0.0.1', () => console.log('Listening on port ' + port));
`;

const PYTHON = `import argparse
import socketserver

parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, required=True)
options, _ = parser.parse_known_args()


class Client(socketserver.BaseRequestHandler):
    def handle(self):
        while chunk := self.request.recv(65536):
            # Here a request comes in, such as b"*1\\r\\n$4\\r\\nPING\\r\\n". Its answer would be:
            # self.request.sendall(b"+PONG\\r\\n")
            pass


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


with Server(("127.0.0.1", options.port), Client) as server:
    print(f"Listening on port {options.port}", flush=True)
    server.serve_forever()
`;

export const STARTERS: Readonly<Record<string, Starter>> = {
  javascript: { file: 'server.js', text: JAVASCRIPT, cmd: 'node server.js --port {port} {flags}' },
  python: { file: 'server.py', text: PYTHON, cmd: 'python3 server.py --port {port} {flags}' },
};
