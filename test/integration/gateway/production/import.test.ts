import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testFolder } from '../../../support/journal.ts';
import { createLine, startProductionSite } from '../../../support/production-line.ts';
import { runCli } from '../../../unit/gateway/cli/cli-fixture.ts';

const order = (id: string, more: object = {}): string =>
  JSON.stringify({
    ...{ kind: 'jobOrder', source: 'clerk', id, time: Date.now(), orderId: `WO-${id}` },
    ...more,
  });

const importing = async (file: string, url: string, ...more: readonly string[]) => {
  const { code, out, errors } = await runCli(['production', 'import', file, '--url', url, ...more]);
  return { code, out: out.join('\n'), errors: errors.join('\n') };
};

describe('seamwatt production import', () => {
  it('sends a file line by line, and can be repeated', async () => {
    const folder = testFolder();
    const { api, get } = await startProductionSite(createLine().source, testFolder());
    const file = join(folder, 'orders.jsonl');
    const lines = Array.from({ length: 450 }, (_, index) => order(String(index)));
    writeFileSync(file, `${lines.join('\r\n')}\n\n`);
    const first = await importing(file, api.url);
    expect(first).toEqual({
      ...{ code: 0, errors: '' },
      out: '450 messages accepted, 0 known before, 0 refused.',
    });
    const again = await importing(file, api.url, '--lang', 'zh');
    expect(again.out).toBe('已接收 0 条消息，450 条此前已接收，拒绝 0 条。');
    const { messages } = await get<{ messages: unknown[] }>(
      '/api/v1/production/messages?limit=500',
    );
    expect(messages).toHaveLength(450);
  });

  it('names each line that is refused, and sends the others', async () => {
    const file = join(testFolder(), 'orders.jsonl');
    const { api } = await startProductionSite(createLine().source, testFolder());
    writeFileSync(
      file,
      [order('1'), '{"kind":', order('2', { line: 'x/y' }), order('3')].join('\n'),
    );
    const english = await importing(file, api.url);
    expect(english.code).toBe(3);
    expect(english.errors).toMatch(
      /^line 2: MALFORMED: not JSON: .*\nline 3: UNKNOWN_LINE: .*x\/y/,
    );
    expect(english.out).toBe('2 messages accepted, 0 known before, 2 refused.');
    const chinese = await importing(file, api.url, '--lang', 'zh');
    expect(chinese.errors).toMatch(/第 3 行：UNKNOWN_LINE：本站点没有焊接产线 x\/y/);
    const machine = JSON.parse((await importing(file, api.url, '--json')).out);
    expect(machine).toMatchObject({
      accepted: 0,
      duplicate: 2,
      refused: [{ line: 2 }, { line: 3 }],
    });
  });

  it('ends with 2 for a file that is not there, and with 1 when no gateway answers', async () => {
    const missing = await importing('/nowhere/orders.jsonl', 'http://127.0.0.1:9');
    expect(missing.code).toBe(2);
    expect(missing.errors).toMatch(/cannot read \/nowhere\/orders.jsonl/);
    const file = join(testFolder(), 'orders.jsonl');
    writeFileSync(file, order('1'));
    const alone = await importing(file, 'http://127.0.0.1:9');
    expect(alone.code).toBe(1);
    expect(alone.errors).toMatch(/no gateway answers/);
  });
});
