import { describe, expect, it } from 'vitest';
import { DossierDesk } from '../../../gateway/reports/panel-dossier/dossier-desk.ts';
import type { DossierInput } from '../../../gateway/reports/panel-dossier/dossier-input.ts';
import {
  DossierPress,
  defaultPressLimits,
} from '../../../gateway/reports/panel-dossier/dossier-press.ts';
import { renderDossier } from '../../../gateway/reports/panel-dossier/render.ts';
import { binsOf, chained, fullInput, fullRecord } from '../../support/dossier-record.ts';
import { textOfPdf } from '../../support/pdf.ts';

/** A dossier of two seams: enough for what a press does. */
const smallInput = (): DossierInput => {
  const record = { ...fullRecord(), seams: fullRecord().seams.slice(0, 2) };
  return { ...fullInput('en', record), paths: [] };
};

describe('the press', { timeout: 120_000 }, () => {
  it('makes in a thread of its own what is made here, to the byte', async () => {
    const printed = await new DossierPress().print(() => smallInput());
    const here = await renderDossier(smallInput());
    expect(Buffer.compare(Buffer.from(printed ?? []), Buffer.from(here))).toBe(0);
  });

  it('refuses what is too much at once, and goes on when there is room again', async () => {
    const press = new DossierPress({ ...defaultPressLimits, waitingMost: 1 });
    const [first, second, third] = await Promise.allSettled([
      press.print(() => smallInput()),
      press.print(() => undefined),
      press.print(() => smallInput()),
    ]);
    expect([first?.status, second?.status]).toEqual(['fulfilled', 'fulfilled']);
    expect(third).toMatchObject({
      status: 'rejected',
      reason: { code: 'UNAVAILABLE', retryable: true },
    });
    expect(await press.print(() => undefined)).toBeUndefined();
  });

  it('gives up what takes too long, in both languages, and makes the next', async () => {
    const press = new DossierPress({ ...defaultPressLimits, timeLimitMs: 1 });
    await expect(press.print(() => smallInput())).rejects.toMatchObject({
      code: 'REPORT_FAILED',
      retryable: true,
      words: {
        en: expect.stringContaining('within 0.001 s'),
        zh: expect.stringContaining('未能'),
      },
    });
    await expect(press.print(() => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
    expect(await press.print(() => undefined)).toBeUndefined();
  });

  it('tells the cause of a failure', async () => {
    const broken = { ...smallInput(), timeZone: 'Mars/One' };
    await expect(new DossierPress().print(() => broken)).rejects.toMatchObject({
      code: 'REPORT_FAILED',
      retryable: false,
      message: expect.stringContaining('Mars/One'),
    });
  });
});

describe('the desk', { timeout: 120_000 }, () => {
  it('makes the dossier of the record at hand, with its bins', async () => {
    const record = { ...fullRecord(), seams: fullRecord().seams.slice(0, 2) };
    const asked: string[] = [];
    const desk = new DossierDesk({
      records: () => ({
        find: async (id, revision) =>
          id === 'PANEL-0815' && (revision ?? 2) === 2 ? chained(record) : undefined,
        bins: async ({ id, revision, seam }) => {
          asked.push(`${id} ${revision} ${seam}`);
          return binsOf([{ kind: 'noArc', fromMm: 500, toMm: 600 }]);
        },
      }),
      timeZone: () => 'Asia/Shanghai',
    });
    const printed = await desk.dossier({ id: 'PANEL-0815', language: 'en' });
    expect(printed?.revision).toBe(2);
    expect(asked).toEqual(['PANEL-0815 2 b01', 'PANEL-0815 2 b02']);
    expect(textOfPdf(printed?.pdf ?? new Uint8Array())).toMatch(/B02\s+no arc\s+500\s+600/);
    expect(await desk.dossier({ id: 'OTHER', language: 'en' })).toBeUndefined();
    expect(await desk.dossier({ id: 'PANEL-0815', revision: 9, language: 'zh' })).toBeUndefined();
  });

  it('of a site without records has nothing', async () => {
    const desk = new DossierDesk({ records: () => undefined, timeZone: () => 'UTC' });
    expect(await desk.dossier({ id: 'PANEL-0815', language: 'en' })).toBeUndefined();
  });
});
