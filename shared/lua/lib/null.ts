import { LuaUserdata } from '../userdata.ts';

/** `cjson.null`: what stands for null in a table, where nil cannot. One for all: in C it is the null pointer. */
export const NULL = new LuaUserdata('(nil)');
