/** Bytes that are not what their format says; the message is a short reason, without the place in the file. */
export class CodecError extends Error {
  override readonly name = 'CodecError';
}
