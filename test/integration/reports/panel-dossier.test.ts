// Goal: a dossier says what the record says, in both languages, and nothing else. Method: poppler reads it, which has nothing of
// ours; every value of a record is looked for on the pages.
import { describe, expect, it } from 'vitest';
import { productFootprint } from '../../../gateway/records/product-footprint.ts';
import { fieldText } from '../../../gateway/reports/panel-dossier/code-words.ts';
import { formatResult } from '../../../gateway/reports/panel-dossier/formats.ts';
import { renderDossier } from '../../../gateway/reports/panel-dossier/render.ts';
import { resultName } from '../../../gateway/reports/panel-dossier/result-names.ts';
import { fullInput, fullRecord, production } from '../../support/dossier-record.ts';
import { factsOfPdf, fontsOfPdf, textOfPdf } from '../../support/pdf.ts';

const languages = ['zh', 'en'] as const;
/** Wrapped lines and gaps of tables aside. */
const dense = (text: string): string => text.replaceAll(/\s/g, '');
const printed = new Map(
  await Promise.all(
    languages.map(async (language) => {
      const pdf = await renderDossier(fullInput(language));
      return [language, { pdf, text: textOfPdf(pdf) }] as const;
    }),
  ),
);
const of = (language: 'zh' | 'en') => printed.get(language) ?? expect.fail('not printed');

/** Every text and number that production told; dates and instants are looked for by themselves. */
const toldIn = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return value < 1e11 ? [String(value)] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(toldIn);
};

describe.each(languages)('a dossier in %s', (language) => {
  const has = (what: string): void => expect(dense(of(language).text)).toContain(dense(what));

  it('has every result of every seam and of the line, with its quality', () => {
    const { seams, results } = fullRecord();
    for (const { results: ofSeam, bins } of seams) {
      for (const one of ofSeam) has(formatResult(one, resultName(one.point).decimals));
      has(bins?.sha256 ?? expect.fail('no bins'));
    }
    for (const one of results) {
      has(resultName(one.point)[language]);
      has(formatResult(one, resultName(one.point).decimals));
    }
    has('44.30?');
    has('99.003?');
  });

  it('has mean, extremes and deviation of what was measured', () => {
    // Of F10, the last of the record: 1.9 % above the first.
    for (const value of ['232.3', '202.7', '264.5', '2.32', '26.39', '7.13', '18.3']) has(value);
  });

  it('has who, where, when and the evidence of the chain', () => {
    for (const what of ['PANEL-0815', 'acme/dam/welding/mpm01', '0:22:30', '12345', '678901'])
      has(what);
    for (const instant of ['2026-03-02 08:00:00', '2026-03-02 08:22:30', 'UTC+08:00']) has(instant);
    for (const what of ['line-plc/unit 1', '−0.087', '−1.210', '+0.043', '08:22:00']) has(what);
    for (const hash of ['a1', 'b2', 'e3']) has(hash.repeat(32));
    for (const hash of ['c', 'd']) has(hash.repeat(64));
  });

  it('has everything that production told', () => {
    const { order, panel, materials, consumables, procedure, personnel } = production;
    const { equipment, transfers, inspections, repairs, disposition } = production;
    const { orderId, definition } = order ?? expect.fail('no order');
    const { drawing, project, boilerNo } = definition ?? expect.fail('no definition');
    const tubes = materials.tubes.map(({ heatNo, certificate, pmi }) => [heatNo, certificate, pmi]);
    const fins = materials.fins.map(({ heatNo }) => heatNo);
    const told = [
      ...[orderId, drawing, project, boilerNo, panel, tubes, fins, consumables, procedure],
      ...[personnel, equipment, transfers.map(({ means, distanceM }) => [means, distanceM])],
      ...[inspections.map(({ ncr, standard, value, who }) => [ncr, standard, value, who])],
      ...[repairs.map(({ wpsNo, who, lengthMm }) => [wpsNo, who, lengthMm])],
      ...[disposition?.who, disposition?.netMassKg, materials.movements[0]?.massKg],
    ];
    const texts = toldIn(told);
    expect(texts.length).toBeGreaterThan(60);
    for (const text of texts) has(text);
  });

  it('has its carbon footprint: each element that is known, and no total while one is not', () => {
    for (const { carbonKg } of productFootprint(fullRecord()).parts) {
      if (carbonKg !== null) has(`${carbonKg.toFixed(3)} kg`);
    }
    has(language === 'zh' ? 'EPD S-P-01234（初级数据）' : 'EPD S-P-01234 (primary data)');
    has(language === 'zh' ? '未给出因子' : 'no factor is given');
    has(
      language === 'zh'
        ? 'KPI panelCarbon：逐分钟电力构成'
        : 'KPI panelCarbon: the mix of each minute',
    );
    has(language === 'zh' ? '门到门23.242 kg' : 'Gate to gate23.242 kg');
    has(language === 'zh' ? '含材料—' : 'With materials—');
  });

  it('says what is missing, and nothing that is there', () => {
    for (const field of production.missing) has(fieldText(field, language));
    has(fieldText('travel-speed-statistics', language));
    const [, after = ''] = of(language).text.split(
      language === 'zh' ? '缺少的必填项' : 'Mandatory fields that are missing',
    );
    const [list = ''] = after.split(language === 'zh' ? '各焊缝结果' : 'Results by seam');
    expect(dense(list)).not.toContain(dense(fieldText('wpqr', language)));
    expect(dense(list)).not.toContain(dense(fieldText('heat-input', language)));
  });

  it('numbers its pages, says on each that the data is simulated, and has its fonts as subsets', () => {
    const { pdf, text } = of(language);
    const pages = Number(factsOfPdf(pdf).get('Pages'));
    expect(pages).toBeGreaterThan(3);
    expect(factsOfPdf(pdf).get('Page size')).toMatch(/A4/);
    for (let page = 1; page <= pages; page++) {
      has(language === 'zh' ? `第 ${page} 页，共 ${pages} 页` : `Page ${page} of ${pages}`);
    }
    const badge = language === 'zh' ? '仿真数据' : 'SIMULATED DATA';
    expect(
      text
        .split('\f')
        .slice(0, pages)
        .every((sheet) => sheet.includes(badge)),
    ).toBe(true);
    for (const font of fontsOfPdf(pdf))
      expect(font).toMatch(/^[A-Z]{6}\+NotoSansSC.* yes yes yes /);
    expect(pdf.length).toBeLessThan(400_000);
  });

  it('is the same twice, to the byte', async () => {
    const again = await renderDossier(fullInput(language));
    expect(Buffer.compare(Buffer.from(again), Buffer.from(of(language).pdf))).toBe(0);
  });
});

describe('a dossier', () => {
  it('says by which procedure the conformance was judged, and when that is not the one that was told', async () => {
    expect(dense(of('en').text)).toContain(dense('WPS-118 rev 3: current 205–251'));
    const other = 'Production told another procedure';
    expect(dense(of('en').text)).not.toContain(dense(other));
    const told = { ...production.procedure, wpsNo: 'WPS-119' } as typeof production.procedure;
    const record = { ...fullRecord(), production: { ...production, procedure: told } };
    const text = dense(textOfPdf(await renderDossier({ ...fullInput('en', record), paths: [] })));
    expect(text).toContain(dense(other));
  });

  it('has marks first, and events with their place', () => {
    const { text } = of('en');
    const at = (what: string): number => {
      const found = text.indexOf(what);
      expect(found, what).toBeGreaterThan(0);
      return found;
    };
    expect(at('A seam gave no data: b04')).toBeLessThan(at('Results by seam'));
    expect(at('count: 2, at most 7.5 mm')).toBeLessThan(at('Results by seam'));
    expect(at('The calibration was overdue before the panel began: VIS-09')).toBeLessThan(
      at('Results by seam'),
    );
    expect(text).toMatch(
      /2026-03-02 08:05:00\s+4012\s+error\s+line-plc\s+line-plc does not answer/,
    );
    expect(of('zh').text).toMatch(/4012\s+错误\s+line-plc\s+line-plc 没有应答/);
  });

  it('lists stretches without an arc or with the seam lost', () => {
    expect(of('en').text).toMatch(/F07\s+no arc\s+6000\s+6060\s+60/);
    expect(of('en').text).toMatch(/F07\s+seam lost\s+7770\s+7790\s+20/);
    expect(of('zh').text).toMatch(/F07\s+无电弧\s+6000\s+6060\s+60/);
  });

  it("has the machine's own judgement apart from inspection", () => {
    expect(of('en').text).toContain("The machine's own judgement (no inspection)");
    expect(of('en').text).toMatch(/B03\s+not OK \(simulated\)\s+R-77\/B03\s+welder-opcua/);
    expect(of('zh').text).toMatch(/B03\s+不合格 \(模拟\)\s+R-77\/B03\s+welder-opcua/);
  });

  it('of real data says nothing of simulation', async () => {
    const { production, ...whole } = fullRecord();
    if (production === undefined) throw new Error('nothing told');
    const told = { ...production, machineResults: [] };
    const record = { ...whole, production: told, simulated: false };
    const text = textOfPdf(await renderDossier(fullInput('en', record)));
    expect(text.toLowerCase()).not.toContain('simulat');
    expect(text).toContain('measured by the devices of the line');
  });

  it('of a record from before production was told lacks all that it could have told', async () => {
    const { production: _, deformation: __, methods: ___, timeSync: ____, ...old } = fullRecord();
    const record = { ...old, version: 1, seams: old.seams.slice(0, 2) } as const;
    const text = dense(textOfPdf(await renderDossier(fullInput('en', record))));
    for (const field of ['job-order', 'wpqr', 'disposition', 'energy-method'] as const)
      expect(text).toContain(dense(fieldText(field, 'en')));
    for (const field of ['deformation-profile', 'time-sync'] as const)
      expect(text).toContain(dense(fieldText(field, 'en')));
    expect(text).not.toContain(dense(fieldText('flux-lot', 'en')));
    expect(text).not.toContain(dense('report of what was rejected'));
  });

  it('of a huge record stays bounded, and says what it leaves out', {
    timeout: 60_000,
  }, async () => {
    const record = fullRecord();
    const [seam] = record.seams;
    const [event] = record.events;
    if (seam === undefined || event === undefined) throw new Error('nothing to repeat');
    const long = '很长的文字 and long words without end '.repeat(2000);
    const huge = {
      ...record,
      seams: Array.from({ length: 1000 }, (_, index) => ({ ...seam, seam: `f${index}` })),
      events: Array.from({ length: 1000 }, () => ({ ...event, text: { en: long, zh: long } })),
      marks: Array.from({ length: 1000 }, () => ({ code: 'seam-missing', subject: long }) as const),
      panelId: long,
    };
    const pdf = await renderDossier({ ...fullInput('en', huge), paths: [] });
    const pages = Number(factsOfPdf(pdf).get('Pages'));
    expect(pages).toBeLessThan(120);
    expect(pdf.length).toBeLessThan(4_000_000);
    const text = textOfPdf(pdf);
    expect(text).toContain('800 more rows are in the record itself.');
    expect(text).toContain('800 more events are in the record itself.');
  });
});
