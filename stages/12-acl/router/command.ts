import type * as shared from '#shared/commands/command.ts';
import type { Request } from './request.ts';

/** The rows of this server's command table: their handlers take its `Request`. */
export type Handler = shared.Handler<Request>;
export type CommandRow = shared.CommandRow<Request>;
export type Family = shared.Family<Request>;
export type Command = shared.Command<Request>;
