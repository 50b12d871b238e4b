/** A failure that is the caller's to mend: the message is all they see. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
}
