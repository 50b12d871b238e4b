/** A coroutine. What it holds is the engine's affair (`coroutines.ts`). */
export class LuaThread {
  readonly type: 'thread' = 'thread';
}
