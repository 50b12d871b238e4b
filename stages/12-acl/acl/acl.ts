import type { CommandTable } from '#shared/commands/command-table.ts';
import { applyRule, mergeSelectors, type RuleContext } from './apply-rule.ts';
import { AclLog } from './log.ts';
import { acceptsPassword } from './passwords.ts';
import { RuleError, shownRule } from './rule-error.ts';
import { assignRules, copyUser, createUser, isUnrestricted, type User } from './user.ts';

/** The options that users depend on. */
interface AclOptions {
  readonly 'acl-pubsub-default': 'allchannels' | 'resetchannels';
}

/** All users, and the log of refused requests (Redis: acl.c). */
export class Acl {
  /** The user of clients that have not authenticated; it cannot be removed. */
  readonly defaultUser: User;
  readonly log = new AclLog();
  /** How often each kind of refusal has happened. */
  readonly stats = { auth: 0, command: 0, key: 0, channel: 0 };
  private users: Map<string, User>;
  private readonly commands: CommandTable;
  private readonly options: AclOptions;

  constructor(commands: CommandTable, options: AclOptions) {
    this.commands = commands;
    this.options = options;
    this.defaultUser = this.createDefault();
    this.users = new Map([['default', this.defaultUser]]);
  }

  /** Whether clients need not authenticate. */
  get isOpen(): boolean {
    return this.defaultUser.nopass && this.defaultUser.enabled;
  }

  /** Whether a client has to authenticate first (Redis: `authRequired`). */
  refuses({ authenticated }: { readonly authenticated: boolean }): boolean {
    return !authenticated && !this.isOpen;
  }

  /** Whether no user was added, and the default user is unchanged. */
  get isUntouched(): boolean {
    const { defaultUser } = this;
    return this.users.size === 1 && this.isOpen && isUnrestricted(defaultUser) && defaultUser.selectors.length === 0;
  }

  /** All users, ordered by the bytes of their names. */
  get all(): User[] {
    return [...this.users.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  find(name: string): User | undefined {
    return this.users.get(name);
  }

  /** The user with this name, if the password is right (Redis: `ACLAuthenticateUser`). */
  authenticate(name: string, password: string): User | undefined {
    const user = this.users.get(name);
    return acceptsPassword(user, password) ? user : undefined;
  }

  /**
   * `ACL SETUSER`: changes a user, or makes one; all rules, or none.
   * @returns the user @throws RuleError that names the rule
   */
  setUser(name: string, rules: readonly string[]): User {
    if (/[\t-\r \0]/.test(name)) throw new RuleError("Usernames can't contain spaces or null characters");
    const user = this.users.get(name);
    const changed = user === undefined ? this.create(name) : copyUser(user);
    this.apply(changed, mergeSelectors(rules), 'ACL SETUSER modifier');
    if (user === undefined) this.users.set(name, changed);
    else assignRules(user, changed);
    return user ?? changed;
  }

  /** The default user's password is `requirepass`; '': it needs none. */
  setDefaultPassword(password: string): void {
    const context = this.context();
    applyRule(context, this.defaultUser, 'resetpass');
    applyRule(context, this.defaultUser, password === '' ? 'nopass' : `>${password}`);
  }

  /** Removes a user; the caller has to disconnect this user's clients. @returns the user, if there was one */
  delete(name: string): User | undefined {
    const user = this.users.get(name);
    this.users.delete(name);
    return user;
  }

  /** A user as a line of a file describes it: `name rule …`. @throws RuleError */
  parse([name, ...rules]: readonly string[]): User {
    const user = this.create(name!);
    this.apply(user, mergeSelectors(rules), 'applying operation');
    return user;
  }

  /**
   * Puts these users in the place of all others (Redis: the end of `ACLLoadFromFile`). The default user is one of them, or
   * as at the start. @returns the users that are gone
   */
  replaceAll(users: readonly User[]): User[] {
    const gone = [...this.users.values()].filter((user) => user !== this.defaultUser);
    const loaded = new Map(users.map((user) => [user.name, user]));
    assignRules(this.defaultUser, loaded.get('default') ?? this.createDefault());
    this.users = loaded.set('default', this.defaultUser);
    return gone;
  }

  /** A user of redis.conf: of these rules alone, whatever it was before (Redis: `ACLLoadConfiguredUsers`). */
  define(user: User): void {
    if (user.name === 'default') assignRules(this.defaultUser, user);
    else this.users.set(user.name, user);
  }

  /** For DRYRUN and for trying rules: a user under which no client can authenticate. */
  create(name: string): User {
    return createUser(name, this.context().allChannels);
  }

  private createDefault(): User {
    const user = this.create('default');
    for (const rule of ['+@all', '~*', '&*', 'on', 'nopass']) applyRule(this.context(), user, rule);
    return user;
  }

  private apply(user: User, rules: readonly string[], what: string): void {
    const context = this.context();
    for (const rule of rules) {
      try {
        applyRule(context, user, rule);
      } catch (error) {
        if (!(error instanceof RuleError)) throw error;
        throw new RuleError(`Error in ${what} '${shownRule(rule)}': ${error.message}`);
      }
    }
  }

  private context(): RuleContext {
    return { commands: this.commands, allChannels: this.options['acl-pubsub-default'] === 'allchannels' };
  }
}
