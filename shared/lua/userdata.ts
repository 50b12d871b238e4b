/** A value that scripts can only hand on and compare: `cjson.null` is the one there is. */
export class LuaUserdata {
  readonly type: 'userdata' = 'userdata';
  /** What `tostring` shows after `userdata: `. */
  readonly address: string;

  constructor(address: string) {
    this.address = address;
  }
}
