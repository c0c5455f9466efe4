import { formatPlace, formatProblem, type Problem } from '../../config/problem.ts';
import type { Language } from './language.ts';

/**
 * Problems are worded in English where they are found: by schemas, adapters and the rooms. For Chinese their phrases are
 * looked up here, `{}` standing for what a phrase says of the case at hand. One that is not here stays English.
 */
const phrases: readonly (readonly [english: string, chinese: string])[] = [
  // What was found.
  ['nothing', '空'],
  ['no file {}', '没有文件 {}'],
  ['the name of a file in tariffs/ or of one that ships', 'tariffs/ 中或随附电价文件的名称'],
  [
    'the name of a file in tariffs/ or of one that ships (did you mean {}?)',
    'tariffs/ 中或随附电价文件的名称（是否想写 {}？）',
  ],
  ['a date after {}', '{} 之后的日期'],
  ['a date that there is', '存在的日期'],
  ['a table for each season and day type', '每个季节与日类型各一张表'],
  ['one table for each of {}', '以下各一张表：{}'],
  ['a gap from {} to {}', '{} 至 {} 之间的空档'],
  ['{}, within a period that ends at {}', '{}，位于结束于 {} 的时段之内'],
  ['no overlap', '不重叠'],
  ['one of the periods that have a price', '有电价的时段之一'],
  ['a period that ends after it begins', '结束晚于开始的时段'],
  ['{} from {}, with no tariff from {} on', '{} 自 {} 起，但自 {} 起没有电价'],
  [
    'tariffs in the order of their dates, each from where the one before ends',
    '按日期先后的电价，各自从前一份结束处开始',
  ],
  ['an id of its own', '不重复的标识'],
  ['an id; none is defined', '标识；尚未定义任何一个'],
  ['a day after {}', '{} 之后的日期'],
  ['a meter that is not below this one', '不在本表之下的电表'],
  ['a point of this site', '本站点的测点'],
  [
    'a register of energy: a point of kind counter in Wh, kWh, MWh or J',
    '电量寄存器：kind 为 counter、单位为 Wh、kWh、MWh 或 J 的测点',
  ],
  ['{} ({}, {})', '{}（{}，{}）'],
  ['a mapping', '映射'],
  ['a list', '列表'],
  ['an empty list', '空列表'],
  ['an unknown key', '未知的键'],
  ['the key {}', '键 {}'],
  ['this key a second time', '重复的键'],
  ['no such file', '文件不存在'],
  ['no readable file {}', '无法读取的文件 {}'],
  ['no readable file ({})', '无法读取的文件（{}）'],
  ['no environment variable {}', '环境变量 {} 未设置'],
  ['the unknown profile {} (in {} places)', '未知的设备模板 {}（共 {} 处）'],
  ['the unknown profile {}', '未知的设备模板 {}'],
  ['the alias {}', '别名 {}'],
  [
    'more than {} values, aliases counted as often as they are used',
    '超过 {} 个值（别名按使用次数计）',
  ],
  ['more than {} levels of nesting', '嵌套超过 {} 层'],
  ['more than {} bytes', '超过 {} 字节'],
  ['a tab in the indentation', '缩进中有制表符'],
  ['a line that is indented differently from its neighbours', '缩进与相邻行不一致的行'],
  ['a second document (---)', '第二个文档（---）'],
  ['a key that is not text', '不是文本的键'],
  ['a key that spans several lines', '跨越多行的键'],
  ['a "key: value" where a plain value stands already', '已有普通值之处的“键: 值”'],
  ['text that begins with a reserved character', '以保留字符开头的文本'],
  ['an unknown escape in double quotes', '双引号中未知的转义'],
  ['a [ or { without its end', '没有结束的 [ 或 {'],
  ['text that is not YAML', '不是 YAML 的文本'],
  ['reads that take {} of their period', '读取占用其周期的 {}'],
  ['reads that take {} of the time of the connection', '读取占用连接时间的 {}'],
  ['{} reads due together that take {} ms', '{} 次读取同时到期，需要 {} ms'],
  [
    'reads of several devices due together, so that those of {} take {} ms',
    '多台设备的读取同时到期，{} 的读取因此需要 {} ms',
  ],
  ['the points of {} for a second time', '{} 的测点重复'],
  ['the group {} of {}, which {} produces already', '{1} 的组 {0} 已由 {2} 产生'],
  ['{} of {}, which {} produces already', '{1} 的 {0} 已由 {2} 产生'],
  ['{}: no equipment of class {}', '{}：没有 {} 类的设备'],
  ['{}: equipment of class {}', '{}：类别为 {} 的设备'],
  ['no point {}', '没有测点 {}'],
  ['{} points for {}', '{1} 对应 {0} 个测点'],
  ['{} a second time', '{} 重复'],
  ['{} in {}', '{}，单位 {}'],
  ['column {}: no point {}', '第 {} 列：没有测点 {}'],
  ['column {}: the result is in {}, not in {}', '第 {} 列：结果的单位是 {}，不是 {}'],
  [
    'column {}: expected a number or a point instead of the end',
    '第 {} 列：此处应为数字或测点，却已结束',
  ],
  ['column {}: expected {} instead of the end', '第 {} 列：此处应为 {}，却已结束'],
  ['column {}: unexpected {}', '第 {} 列：多余的 {}'],
  ['a source that cannot be made ({})', '无法建立的数据源（{}）'],
  // What was expected.
  ['text', '文本'],
  ['true or false', 'true 或 false'],
  ['a number', '数字'],
  ['a whole number', '整数'],
  ['a whole number from {} to {}', '{} 到 {} 的整数'],
  ['a number from {} to {}', '{} 到 {} 的数字'],
  ['a whole number of at least {}', '不小于 {} 的整数'],
  ['a number of at least {}', '不小于 {} 的数字'],
  ['a whole number of at most {}', '不大于 {} 的整数'],
  ['a number of at most {}', '不大于 {} 的数字'],
  ['a multiple of {}', '{} 的倍数'],
  ['at least {} characters', '至少 {} 个字符'],
  ['at least {} character', '至少 {} 个字符'],
  ['at most {} characters', '至多 {} 个字符'],
  ['at least {} items', '至少 {} 项'],
  ['at least {} item', '至少 {} 项'],
  ['at most {} items', '至多 {} 项'],
  ['at most an eighth of maxBytes ({})', '至多为 maxBytes 的八分之一（{}）'],
  ['at most {}: a longer period or fewer points', '至多 {}：请加长周期或减少测点'],
  [
    'at most {}: longer periods, fewer devices or another connection',
    '至多 {}：请加长周期、减少设备或另建连接',
  ],
  [
    'at most {} ms, the shortest period of the device: a longer one or fewer points',
    '至多 {} ms（该设备的最短周期）：请加长周期或减少测点',
  ],
  [
    'at most {} ms, its shortest period: other phases (phaseMs), longer periods, fewer devices or another connection',
    '至多 {} ms（其最短周期）：请错开相位（phaseMs）、加长周期、减少设备或另建连接',
  ],
  ['at least {}', '至少 {}'],
  ['at most {}', '至多 {}'],
  ['more than {}', '大于 {}'],
  ['less than {}', '小于 {}'],
  ['a known key', '已知的键'],
  ['the id of a source', '某个数据源的 id'],
  ['a point that a source gives', '某个数据源提供的测点'],
  ['a point that is read together with {}', '与 {} 一同读取的测点'],
  ['another value', '其他值'],
  ['a URL', 'URL'],
  ['every key once', '每个键只出现一次'],
  ['a smaller file', '更小的文件'],
  ['a file that the gateway may read', '网关可以读取的文件'],
  ['a site file that the gateway may read', '网关可以读取的站点文件'],
  ['{} to be set, or a default: {}', '设置 {}，或给出默认值：{}'],
  ['{} or $$ for a dollar sign', '{}，或以 $$ 表示美元符号'],
  ['an anchor {} before it', '在它之前有锚点 {}'],
  ['spaces', '空格'],
  ['the same number of spaces on all lines of a block', '同一块的各行缩进相同'],
  ['one document in the file', '一个文件只含一个文档'],
  ['a plain text key', '普通文本键'],
  [
    '"key: value" on one line (is a colon or an indentation missing?)',
    '“键: 值”写在一行（是否缺少冒号或缩进？）',
  ],
  [
    'each on a line of its own, equally indented, or quotes around text with ": "',
    '各占一行且缩进相同，或给含有“: ”的文本加引号',
  ],
  ['quotes around it', '加上引号'],
  ['a YAML escape {} or single quotes', 'YAML 转义 {}，或使用单引号'],
  ['the closing bracket, indented further than the key', '结束的括号，缩进比键更深'],
  ['YAML ({})', 'YAML（{}）'],
  [
    'the name of a file in profiles/ or of a built-in profile',
    'profiles/ 中的文件名，或内置设备模板的名称',
  ],
  ['an id of its own (the gateway itself has this one)', '独有的 id（网关自身已使用它）'],
  ['an id of its own ({} has this one)', '独有的 id（{} 已使用它）'],
  ['a port of its own ({} has this one)', '独有的端口（{} 已使用它）'],
  ['a group name of its own', '独有的组名'],
  ['one producer for every point', '每个测点只有一个来源'],
  ['each equipment and block once', '每台设备与每个块只出现一次'],
  ['each KPI once for an equipment', '每台设备的每个指标只出现一次'],
  ['a name: the block {} of the profile {} has none', '名称：设备模板 {1} 的块 {0} 没有名称'],
  ['a configuration that the adapter can use', '适配器可以使用的配置'],
  [
    'letters, digits, _ and -, beginning with a letter or digit',
    '字母、数字、_ 与 -，以字母或数字开头',
  ],
  ['lower-case letters, digits and _', '小写字母、数字与 _'],
  [
    'the twelve digits of the meter in quotes, such as "000012345678"',
    '加引号的 12 位电表通信地址，例如 "000012345678"',
  ],
  [
    'the address of one meter: 999999999999 is for all and answered by none',
    '单块电表的地址：999999999999 为广播地址，没有电表应答',
  ],
  [
    'an even number of digits such as XXXXXX.XX, or YYMMDDhhmm',
    '偶数位数字，例如 XXXXXX.XX，或 YYMMDDhhmm',
  ],
  [
    'eight hexadecimal digits in quotes, DI3 first, such as "00010000"',
    '加引号的 8 位十六进制数，DI3 在前，例如 "00010000"',
  ],
  ['false, with kind counter', 'false（kind 为 counter 时）'],
  ['a name that no other point of the group has', '组内不重复的测点名'],
  ['while with a point of this group, not {}', 'while 引用本组的测点，而不是 {}'],
  ['an IANA time zone such as {}', 'IANA 时区，例如 {}'],
  [
    '127.0.0.1, ::1 or localhost, or api.tls, api.proxy or api.plainHttp: true beside it: other machines can reach it, and passwords would pass in clear',
    '127.0.0.1、::1 或 localhost，或同时设置 api.tls、api.proxy 或 api.plainHttp: true：其他机器可访问该地址，密码将以明文传输',
  ],
  ['token, because other machines can reach it', 'token，因为其他机器可访问它'],
  ['a host name such as gateway.plant.example', '主机名，例如 gateway.plant.example'],
  ['an IP address or a range such as 10.0.0.0/8', 'IP 地址或网段，例如 10.0.0.0/8'],
  ['a path that begins and ends with /', '以 / 开头并以 / 结尾的路径'],
  [
    '127.0.0.1, ::1 or localhost: the embedded broker has no sign-in yet, so it must not be reachable from other machines',
    '127.0.0.1、::1 或 localhost：内置消息代理尚无登录功能，不得被其他机器访问',
  ],
  ['the id of a source', '数据源的 id'],
  ['a point that a source gives', '由数据源提供的测点'],
  ['a point that is read together with {}', '与 {} 一起读取的测点'],
  ['the name of an environment variable', '环境变量名'],
  ['printable ASCII without spaces', '不含空格的可打印 ASCII 字符'],
  ['username and password together', '同时给出 username 与 password'],
  ['mqtts:// because tls is configured', 'mqtts://，因为配置了 tls'],
  [
    'no user name or password in the URL: use username and password',
    'URL 中不含用户名与密码：请使用 username 与 password',
  ],
  ['{} without credentials', '{}，不含用户名与密码'],
  ['{}, without a user', '{}，不含用户'],
  [
    'an identifier such as {}, i=2258, g= with a GUID or b= with base64',
    '标识符，例如 {}、i=2258、g= 加 GUID 或 b= 加 base64',
  ],
  ['one of {}: {} was withdrawn by the OPC Foundation{}', '{} 之一：{} 已被 OPC 基金会撤销'],
  ['equipment that a source or a KPI has points of', '数据源或指标有其测点的设备'],
  ['equipment of class {}', '类别为 {} 的设备'],
  ['a point that nothing else produces', '没有其他来源的测点'],
  ['an expression of known points whose units fit', '由已知测点组成且单位相符的表达式'],
  ['parameters of {}', '{} 的参数'],
  ['no window: the KPI has its own', '不写窗口：该指标自有窗口'],
  ['a window of 1s to 10min: it is computed from samples', '1s 至 10min 的窗口：该指标由采样计算'],
  ['{} of {} needs {}', '{1} 的 {0} 需要 {2}'],
  ['a unit convertible to {}', '可换算为 {} 的单位'],
  ['equipment of its own for each connector', '每个枪口各自的设备'],
  ['an identity of its own for each charge point', '每台充电桩各自的 identity'],
  ['each connector of a charge point once', '一台充电桩的每个枪口只出现一次'],
  ['a password, because other machines can reach {}', '口令，因为其他机器可访问 {}'],
  ['at most 48 letters, digits and * - _ = : + | @ .', '至多 48 个字母、数字或 * - _ = : + | @ .'],
  ['a path such as /ocpp, without / at its end', '路径，例如 /ocpp，末尾没有 /'],
  ['a scenario file', '场景文件'],
  ['a duration such as 500ms, 30s, 5min or 1h', '时长，例如 500ms、30s、5min 或 1h'],
  ['more than 0, at most 24h', '大于 0 且不超过 24h'],
  ['an instant in UTC such as {}', 'UTC 时刻，例如 {}'],
  ['the name of a simulated server, such as line.plc', '仿真服务器的名称，例如 line.plc'],
  ['paths of the simulators with values', '仿真器的路径及其数值'],
  ['from or to', 'from 或 to'],
  ['a number in the unit of the point, or a share such as 1%', '以测点单位计的数，或比例，例如 1%'],
  ['area/line/equipment/point, * for any part', 'area/line/equipment/point，* 代表任意部分'],
  ['truth and tolerance together', '同时给出 truth 与 tolerance'],
  ['truth, value, coverage or quality', 'truth、value、coverage 或 quality'],
  [
    'at least one of kpis, points, events, delivery and replay',
    'kpis、points、events、delivery、replay 中至少一项',
  ],
  ['an instant within duration', 'duration 之内的时刻'],
  ['an end within duration', '在 duration 之内结束'],
  ['no speed beside clock: lock-step', 'clock: lock-step 时不设 speed'],
  ['sinks.broker: mosquitto beside broker-down', 'broker-down 需要 sinks.broker: mosquitto'],
  [
    'sinks.broker: mosquitto beside gateway-killed, for the embedded one dies too',
    'gateway-killed 需要 sinks.broker: mosquitto（内置消息代理会一同终止）',
  ],
  ['sinks.database: influxd beside database-down', 'database-down 需要 sinks.database: influxd'],
  ['something that the simulators can do', '仿真器能够做到的事'],
  ['no source {}', '没有数据源 {}'],
  ['a source of the site: {}', '站点的数据源：{}'],
  ['no server {}', '没有服务器 {}'],
  ['a simulated server: {}', '仿真服务器：{}'],
  ['no source of the site with a simulated server', '站点没有对应仿真服务器的数据源'],
  ['simulate.sources to name them', '在 simulate.sources 中写明'],
  ['one of {}', '{} 之一'],
  ['{} or {}', '{} 或 {}'],
];

const escaped = (text: string): string => text.replaceAll(/[.*+?^$(){}|[\]\\]/g, '\\$&');

/** The phrase that says most by itself comes first, so that `{} in {}` takes only what nothing else knows. */
const book = phrases
  .map(([english, chinese]) => {
    const parts = english.split('{}');
    const pattern = parts.map((part) => escaped(part)).join('(.+?)');
    return { pattern: new RegExp(`^${pattern}$`, 's'), own: parts.join('').length, chinese };
  })
  .sort((first, second) => second.own - first.own);

const suggestion = / \(did you mean (".*")\?\)$/;

/** A phrase in Chinese; quoted values and what the phrasebook does not have stay as they are. */
export const inChinese = (english: string): string => {
  if (english.startsWith('"') && !english.includes(': value"')) return withSuggestion(english);
  const plain = english.replace(suggestion, '');
  const entry = book.find(({ pattern }) => pattern.test(plain));
  if (entry === undefined) return withSuggestion(english);
  const cases = entry.pattern.exec(plain)?.slice(1) ?? [];
  let next = 0;
  const words = entry.chinese.replaceAll(/\{(\d?)\}/g, (_, index: string) => {
    const place = index === '' ? next : Number(index);
    next += 1;
    return cases[place] ?? '';
  });
  return words + (suggestion.exec(english)?.[0] ?? '').replace(suggestion, '（是否想写 $1？）');
};

const withSuggestion = (text: string): string => text.replace(suggestion, '（是否想写 $1？）');

/** Latin letters and digits stand apart from Chinese ones before them. */
const spaced = (text: string): string => (/^\p{Script=Han}/u.test(text) ? text : ` ${text}`);

/** Schemas of KPIs say both languages themselves, as `expectedWords` joins them. */
const bothLanguages = /^(\P{Script=Han}*?) \/ (.*\p{Script=Han}.*)$/su;

/** A problem as one line, with its place in front as every editor knows it. */
export const problemLine = (problem: Problem, folder: string, language: Language): string => {
  const [, english = problem.expected, chinese] = bothLanguages.exec(problem.expected) ?? [];
  if (language === 'en') return formatProblem({ ...problem, expected: english }, folder);
  const { found } = problem;
  const expected = chinese ?? inChinese(english);
  const place = formatPlace(problem, folder);
  // `nothing` is also what a place may expect, where it stays 空.
  const what = found === 'nothing' ? '缺失' : `发现${spaced(inChinese(found))}`;
  return `${place}: ${what}，应为${spaced(expected)}`;
};
