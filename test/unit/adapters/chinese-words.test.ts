// Goal: whoever reads Chinese meets no English words of ours in what goes wrong most. Method: the errors of each adapter,
// explained; what peers, libraries and the site file said may stay as it is.
import { describe, expect, it } from 'vitest';
import { abortError } from '../../../adapters/influxdb/abort-error.ts';
import { readFailure } from '../../../adapters/influxdb/write-answer.ts';
import {
  GarbledAnswer,
  ModbusException,
  type ReadRequest,
  timeoutError,
} from '../../../adapters/modbus/transport.ts';
import { connectError as mqttConnectError } from '../../../adapters/mqtt/connection-error.ts';
import { connectError as opcuaConnectError } from '../../../adapters/opcua/connection-error.ts';
import { within } from '../../../adapters/opcua/deadline.ts';
import { toGatewayError } from '../../../gateway/core/error.ts';
import { explainError } from '../../../gateway/core/error-text.ts';

const zhOf = (error: unknown): string => explainError(error).zh;
const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

describe('in Chinese', () => {
  const read: ReadRequest = {
    ...{ unitId: 7, address: 100, quantity: 10, timeoutMs: 500 },
    functionCode: 3,
  };

  it('a Modbus device says nothing, or an exception', () => {
    expect(zhOf(timeoutError(read))).toBe(
      '对方没有及时应答（单元 7，功能码 3，地址 100-109：500 ms 内无应答）',
    );
    expect(zhOf(new ModbusException(read, 2))).toBe(
      '设备返回异常码（单元 7，功能码 3，地址 100-109：异常码 2（非法数据地址））',
    );
    expect(zhOf(new ModbusException(read, 99))).toContain('异常码 99（未知）');
  });

  it('an answer on a serial line is none', () => {
    const text = { en: 'unit 7: an answer of another length', zh: '单元 7：应答长度不符' };
    expect(zhOf(new GarbledAnswer(text, undefined))).toBe(
      '对方的数据不符合协议（单元 7：应答长度不符）',
    );
  });

  it('a session ends for an unknown reason, told by the library', () => {
    const message = { en: 'source mag', zh: '数据源 mag' };
    const fallback = { code: 'CONNECTION_LOST', retryable: true, message } as const;
    const { en, zh } = explainError(toGatewayError(new Error('socket hang up'), fallback));
    expect(en).toBe('source mag: socket hang up');
    expect(zh).toBe('连接已中断（数据源 mag：socket hang up）');
  });

  it('a broker is not there, or takes no password', () => {
    const target = { en: 'sink out: broker mqtt://b', zh: '输出 out：消息代理 mqtt://b' };
    expect(zhOf(mqttConnectError(refused, target))).toBe(
      '无法建立连接（输出 out：消息代理 mqtt://b 无法连接：connect ECONNREFUSED）',
    );
    const denied = Object.assign(new Error('Connection refused'), { code: 134 });
    expect(zhOf(mqttConnectError(denied, target))).toBe(
      '身份验证未通过（输出 out：消息代理 mqtt://b 拒绝了凭据：用户名或密码错误（代码 134）：Connection refused）',
    );
  });

  it('a database refuses in its own words, or takes too long', () => {
    const target = { en: 'InfluxDB 2 at http://i', zh: 'InfluxDB 2（http://i）' };
    const answer = { status: 401, headers: {}, body: '{"message":"unauthorized access"}' };
    expect(zhOf(readFailure(answer, target))).toBe(
      '身份验证未通过（InfluxDB 2（http://i） 应答 401：unauthorized access；请检查凭据及其写入权限）',
    );
    const work = { en: 'request to InfluxDB', zh: 'InfluxDB：请求' };
    const late = AbortSignal.abort(new DOMException('late', 'TimeoutError'));
    expect(zhOf(abortError(late, work))).toBe('对方没有及时应答（InfluxDB：请求超时）');
    expect(zhOf(abortError(AbortSignal.abort(), work))).toBe('操作已放弃（InfluxDB：请求已放弃）');
  });

  it('an OPC UA server is not there, does not answer, or does not trust the gateway', async () => {
    const subject = {
      target: { en: 'source mag, opc.tcp://m', zh: '数据源 mag，opc.tcp://m' },
      user: { en: 'the anonymous user', zh: '匿名用户' },
      ownCertificateFile: 'own.pem',
    };
    expect(zhOf(opcuaConnectError(refused, subject))).toBe(
      '无法建立连接（数据源 mag，opc.tcp://m 无法连接：connect ECONNREFUSED）',
    );
    expect(zhOf(opcuaConnectError(new Error('BadUserAccessDenied'), subject))).toContain(
      '数据源 mag，opc.tcp://m 拒绝了匿名用户（BadUserAccessDenied）',
    );
    expect(zhOf(opcuaConnectError(new Error('BadCertificateUntrusted'), subject))).toContain(
      '不信任本网关（BadCertificateUntrusted）：请让服务器信任证书 own.pem',
    );
    const signal = AbortSignal.abort();
    const never = new Promise<void>(() => undefined);
    const ended = within(never, { timeoutMs: 1000, signal, what: subject.target });
    expect(zhOf(await ended.catch((error: unknown) => error))).toBe(
      '操作已放弃（数据源 mag，opc.tcp://m：已结束）',
    );
  });
});
