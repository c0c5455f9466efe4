import type { Command } from 'commander';
import { userNamePattern } from '../access/names.ts';
import { type Role, roleNames, roles } from '../access/roles.ts';
import type { AccessHands, ShownToken, ShownUser, UserChange } from './access-hands.ts';
import { askPassword } from './ask-password.ts';
import { exitCodes } from './composition.ts';
import { dataFolderOrComplain, type Kit, type SiteOptions } from './kit.ts';
import { parseWholeNumber, UsageError } from './option-values.ts';
import { formatTable } from './text-table.ts';

type Options = SiteOptions & {
  readonly url?: string | undefined;
  readonly role?: string | undefined;
  readonly days?: string | undefined;
  readonly json?: boolean | undefined;
};

const roleOf = (text: string | undefined, kit: Kit): Role => {
  const found = roles.find((role) => role === text);
  if (found !== undefined) return found;
  throw new UsageError(kit.text.invalidOption('--role', text ?? '', roles.join(', ')));
};

const nameOf = (name: string, kit: Kit): string => {
  if (userNamePattern.test(name)) return name;
  throw new UsageError(kit.text.accessName(name));
};

const timeOf = (timeMs: number | null): string =>
  timeMs === null ? '-' : new Date(timeMs).toISOString();

/** With the gateway at `--url`, else with the data folder, which is given back whatever happens. */
const withHands = async (
  options: Options,
  kit: Kit,
  work: (hands: AccessHands) => Promise<void>,
): Promise<void> => {
  // Only these commands need it, and every start would pay.
  const { handsOnFolder, handsOnGateway } = await import('./access-hands.ts');
  if (options.url !== undefined) return work(handsOnGateway(options.url, kit));
  const data = await dataFolderOrComplain(options, kit);
  if (data === undefined) {
    kit.finish(exitCodes.invalid);
    return;
  }
  const hands = await handsOnFolder(data, kit);
  try {
    await work(hands);
  } finally {
    await hands.close();
  }
};

const showUsers = (users: readonly ShownUser[], options: Options, kit: Kit): void => {
  if (options.json === true) {
    kit.print(JSON.stringify(users, null, 2));
    return;
  }
  const rows = users.map(({ name, role, isDisabled, createdMs, lastSignInMs }) => [
    ...[name, roleNames[role][kit.language], isDisabled ? kit.text.accessDisabled : ''],
    ...[timeOf(createdMs), timeOf(lastSignInMs)],
  ]);
  for (const line of formatTable({ columns: kit.text.userColumns, rows })) kit.print(line);
};

const showTokens = (tokens: readonly ShownToken[], options: Options, kit: Kit): void => {
  if (options.json === true) {
    kit.print(JSON.stringify(tokens, null, 2));
    return;
  }
  const rows = tokens.map(({ id, name, role, createdMs, expiresMs, lastUsedMs }) => [
    ...[id, name, roleNames[role][kit.language]],
    ...[timeOf(createdMs), timeOf(expiresMs), timeOf(lastUsedMs)],
  ]);
  for (const line of formatTable({ columns: kit.text.tokenColumns, rows })) kit.print(line);
};

const add = async (name: string, options: Options, kit: Kit): Promise<void> => {
  const user = { name: nameOf(name, kit), role: roleOf(options.role, kit) };
  const password = await askPassword(kit);
  await withHands(options, kit, async (hands) =>
    showUsers([await hands.addUser({ ...user, password })], options, kit),
  );
};

const change = (
  name: string,
  options: Options,
  { kit, wanted }: { readonly kit: Kit; readonly wanted: UserChange },
): Promise<void> =>
  withHands(options, kit, async (hands) =>
    showUsers([await hands.changeUser(name, wanted)], options, kit),
  );

const remove = (name: string, options: Options, kit: Kit): Promise<void> =>
  withHands(options, kit, async (hands) => {
    await hands.removeUser(name);
    kit.print(options.json === true ? JSON.stringify({ removed: name }) : kit.text.accessRemoved);
  });

const addToken = (name: string, options: Options, kit: Kit): Promise<void> => {
  const role = roleOf(options.role, kit);
  const expiresInDays = parseWholeNumber('--days', options.days, kit.text) ?? null;
  return withHands(options, kit, async (hands) => {
    const made = await hands.addToken({ name, role, expiresInDays });
    if (options.json === true) {
      kit.print(JSON.stringify(made, null, 2));
      return;
    }
    showTokens([made.token], options, kit);
    kit.print(kit.text.tokenSecret(made.secret));
  });
};

const removeToken = (id: string, options: Options, kit: Kit): Promise<void> =>
  withHands(options, kit, async (hands) => {
    await hands.removeToken(id);
    kit.print(options.json === true ? JSON.stringify({ removed: id }) : kit.text.accessRemoved);
  });

type Adds = (parent: Command, name: string, description: string) => Command;

const addTokenCommands = (group: Command, kit: Kit, add: Adds): void => {
  const { text } = kit;
  const tokens = group.command('token').description(text.tokenDescription);
  add(tokens, 'list', text.tokenListDescription).action((options: Options) =>
    withHands(options, kit, async (hands) => showTokens(await hands.tokens(), options, kit)),
  );
  add(tokens, 'add', text.tokenAddDescription)
    .argument('<name>', text.tokenNameArgument)
    .requiredOption('--role <role>', text.roleOption(roles.join(', ')))
    .option('--days <days>', text.tokenDaysOption)
    .action((name: string, options: Options) => addToken(name, options, kit));
  add(tokens, 'remove', text.tokenRemoveDescription)
    .argument('<id>', text.tokenIdArgument)
    .action((id: string, options: Options) => removeToken(id, options, kit));
};

export const addUserCommand = (program: Command, kit: Kit): void => {
  const { text } = kit;
  const group = program.command('user').description(text.userDescription);
  const addWith: Adds = (parent, name, description) =>
    parent
      .command(name)
      .description(description)
      .option('-c, --config <file>', text.configOption)
      .option('--data <folder>', text.dataOption)
      .option('--url <url>', text.accessUrlOption)
      .option('--json', text.jsonOption);
  const addNamed = (name: string, description: string): Command =>
    addWith(group, name, description).argument('<name>', text.userNameArgument);
  addWith(group, 'list', text.userListDescription).action((options: Options) =>
    withHands(options, kit, async (hands) => showUsers(await hands.users(), options, kit)),
  );
  addNamed('add', text.userAddDescription)
    .requiredOption('--role <role>', text.roleOption(roles.join(', ')))
    .action((name: string, options: Options) => add(name, options, kit));
  addNamed('password', text.userPasswordDescription).action(
    async (name: string, options: Options) => {
      const wanted = { password: await askPassword(kit) };
      await change(name, options, { kit, wanted });
    },
  );
  addNamed('role', text.userRoleDescription)
    .argument('<role>', text.roleOption(roles.join(', ')))
    .action((name: string, role: string, options: Options) =>
      change(name, options, { kit, wanted: { role: roleOf(role, kit) } }),
    );
  addNamed('disable', text.userDisableDescription).action((name: string, options: Options) =>
    change(name, options, { kit, wanted: { isDisabled: true } }),
  );
  addNamed('enable', text.userEnableDescription).action((name: string, options: Options) =>
    change(name, options, { kit, wanted: { isDisabled: false } }),
  );
  addNamed('remove', text.userRemoveDescription).action((name: string, options: Options) =>
    remove(name, options, kit),
  );
  addTokenCommands(group, kit, addWith);
};
