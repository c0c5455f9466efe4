import type { Language } from '../../shell/language.ts';

type Words = Readonly<Record<Language, string>>;

/** Counters that tell of trouble, by what adapters call them. */
const troubleWords: Readonly<Record<string, Words>> = {
  timeouts: { en: 'no answer in time', zh: '应答超时' },
  exceptions: { en: 'refused by the device', zh: '设备返回异常' },
  late_answers: { en: 'answers that came too late', zh: '迟到的应答' },
  duplicate_answers: { en: 'answers that came twice', zh: '重复的应答' },
  torn_reads: { en: 'read while being written', zh: '读取时正被改写' },
  repeated_frames: { en: "the device's clock stood still", zh: '设备时钟停走' },
  garbled_answers: { en: 'garbled answers', zh: '乱码应答' },
  noise_bytes: { en: 'noise, bytes', zh: '线路噪声字节' },
  polls_late: { en: 'cycles left out: too slow', zh: '因过慢跳过的轮询' },
  polls_suspended: { en: 'cycles left out: device down', zh: '因设备中断跳过的轮询' },
  node_failures: { en: 'nodes that failed', zh: '失败的节点' },
  node_retries: { en: 'nodes tried again', zh: '重试的节点' },
  queue_overflows: { en: 'overflows of the queue in the server', zh: '服务器队列溢出' },
  missed_notifications: { en: 'missed notifications', zh: '缺失的通知' },
  unknown_samples: { en: 'samples of unknown nodes', zh: '未知节点的样本' },
  delete_failures: { en: 'subscriptions not deleted', zh: '未能删除的订阅' },
  split_requests: { en: 'requests refused as a whole', zh: '被整体拒绝的请求' },
  statuses_unknown: { en: 'unknown states', zh: '未知状态' },
  unheard_changes: { en: 'changes that were not told', zh: '未通知的变化' },
  unreadable_nodes: { en: 'nodes that cannot be read', zh: '不可读的节点' },
};

const workWords: Readonly<Record<string, Words>> = {
  polls: { en: 'cycles', zh: '轮询次数' },
  requests: { en: 'requests', zh: '请求数' },
  reads_answered: { en: 'reads answered', zh: '已应答的读取' },
  read_ms: { en: 'answer time in all, ms', zh: '应答时间合计，ms' },
  messages: { en: 'messages', zh: '消息数' },
  payload_bytes: { en: 'payload, bytes', zh: '负载字节' },
};

/** In words where there are some; a counter of an adapter that is new here keeps its own name. */
export const counterWords = (name: string, language: Language): string =>
  (troubleWords[name] ?? workWords[name])?.[language] ?? name;

/** Those that count trouble and have counted some, the most first. */
export const troublesOf = (
  counters: Readonly<Record<string, number>>,
): readonly (readonly [name: string, count: number])[] =>
  Object.entries(counters)
    .filter(([name, count]) => name in troubleWords && count > 0)
    .toSorted(([, a], [, b]) => b - a);
