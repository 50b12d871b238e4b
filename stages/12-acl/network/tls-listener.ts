import type { Server as NetServer } from 'node:net';
import { log } from '#shared/log.ts';
import { listenOn } from './listener.ts';
import type { NetworkServer } from './network-server.ts';
import type { Tls } from './tls.ts';

/** The sockets on which clients of TLS are accepted; the port may change while the server runs. */
export class TlsListener {
  /** The port in use; 0: none. */
  port = 0;
  private listeners: NetServer[] = [];
  private readonly server: NetworkServer;
  private readonly tls: Tls;

  constructor(server: NetworkServer, tls: Tls) {
    this.server = server;
    this.tls = tls;
  }

  /** Listens on `tls-port`, if it is not 0. @throws Error with one line for the operator */
  async open(): Promise<void> {
    const port = this.server.options['tls-port'];
    if (port === 0) return;
    this.listeners = await listenOn(this.server, port, (socket, done) => this.tls.secure(socket, done));
    this.port = port;
  }

  /** `tls-port` has changed: clients that are connected stay. A port that cannot be had is reported in the log. */
  async reopen(): Promise<void> {
    const { options } = this.server;
    if (options['tls-port'] === this.port) return;
    const before = this.listeners;
    this.listeners = [];
    this.port = 0;
    for (const listener of before) listener.close();
    try {
      await this.open();
    } catch (error) {
      log.warning(`No port for TLS any more: ${(error as Error).message}`);
      options['tls-port'] = 0;
    }
  }

  close(): void {
    for (const listener of this.listeners) listener.close();
  }
}
