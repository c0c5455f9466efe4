import { describeWords, type ErrorCode, GatewayError } from './error.ts';
import type { LocalText } from './point.ts';

/** What each code means to whoever must act; `docs/errors.md` says more. */
const meanings: Readonly<Record<ErrorCode, string>> = {
  CONFIG_INVALID: '配置无法使用',
  CONNECTION_FAILED: '无法建立连接',
  CONNECTION_LOST: '连接已中断',
  TIMEOUT: '对方没有及时应答',
  PROTOCOL: '对方的数据不符合协议',
  DEVICE_EXCEPTION: '设备返回异常码',
  AUTHENTICATION_FAILED: '身份验证未通过',
  WRITE_REJECTED: '对方拒收数据',
  UNAVAILABLE: '对方目前无法提供服务',
  BUFFER_OVERFLOW: '缓冲区已满',
  STORE_CORRUPT: '日志文件校验不通过',
  STORE_VERSION: '数据目录的版本不匹配',
  STORE_FAILED: '数据目录无法读写',
  REPORT_FAILED: '报告无法生成',
  LISTEN_FAILED: '无法监听端口',
  ABORTED: '操作已放弃',
};

/**
 * Anything thrown, for people: in Chinese what its code means, with the detail behind it. Our own words in it are Chinese,
 * too; those of peers and libraries stay as they came.
 */
export const explainError = (error: unknown): LocalText => {
  const { en, zh } = describeWords(error);
  const meaning = error instanceof GatewayError ? meanings[error.code] : '意外错误';
  return { en, zh: `${meaning}（${zh}）` };
};
