import { element } from './dom.ts';
import { formatNumber } from './format.ts';
import { type Device, getJson, type Sink } from './store.ts';
import { type Language, text } from './texts.ts';

const stateText = (state: Device['state'], language: Language): string =>
  text(state === 'connecting' ? 'connectingState' : state, language);

const row = (cells: readonly (string | HTMLElement)[]): HTMLElement =>
  element(
    'tr',
    {},
    cells.map((cell) => (typeof cell === 'string' ? element('td', {}, cell) : cell)),
  );

/** A connection that is up, with a reason nevertheless, works in part. */
const stateCell = (state: Device['state'], reason: string, language: Language): HTMLElement => {
  const words = stateText(state, language);
  if (reason === '') return element('td', { class: `state-${state}` }, words);
  const shown = state === 'up' ? 'partial' : state;
  const colon = text('colon', language);
  return element('td', { class: `state-${shown}` }, `${words}${colon}${reason}`);
};

type Member = Device['members'][number];

/** Of one member why it does not answer, of several who. */
const membersText = (down: readonly Member[], language: Language): string => {
  const [first] = down;
  const colon = text('colon', language);
  const head = `${down.length} ${text('membersDown', language)}${colon}`;
  return down.length === 1 && first !== undefined
    ? `${head}${first.member}${colon}${first.reason[language]}`
    : head + down.map(({ member }) => member).join(text('comma', language));
};

/** The clock that is furthest off, with its device where there are several. */
const clockCell = (clocks: Device['clocks'], language: Language): string => {
  const [worst] = clocks.toSorted((a, b) => Math.abs(b.skewMs) - Math.abs(a.skewMs));
  if (worst === undefined) return text('none', language);
  const seconds = `${formatNumber(worst.skewMs / 1000, 1, language)} s`;
  return clocks.length === 1 ? seconds : `${worst.device}${text('colon', language)}${seconds}`;
};

const deviceRow = (device: Device, language: Language, nowMs: number): HTMLElement => {
  const down = device.members.filter((member) => member.state !== 'up');
  const age =
    device.lastFrameMs === null
      ? text('none', language)
      : `${formatNumber(Math.max(0, (nowMs - device.lastFrameMs) / 1000), 1, language)} ${text('ago', language)}`;
  // Of a lost connection its own reason tells more than that its members are lost with it.
  const isPartial = device.state === 'up' && down.length > 0;
  const reason = isPartial ? membersText(down, language) : device.reason[language];
  return row([
    device.id,
    stateCell(device.state, reason, language),
    age,
    clockCell(device.clocks, language),
  ]);
};

const sinkRow = (sink: Sink, language: Language): HTMLElement => {
  const count = (value: number): string => formatNumber(value, 0, language);
  return row([
    sink.id,
    stateCell(sink.state, sink.reason[language], language),
    count(sink.lagEntries),
    count(sink.balance.delivered),
    count(sink.balance.quarantined),
  ]);
};

const section = (
  title: string,
  head: readonly string[],
  rows: readonly HTMLElement[],
): HTMLElement =>
  element('section', {}, [
    element('h2', {}, title),
    element('table', {}, [
      element('thead', {}, [
        element(
          'tr',
          {},
          head.map((name) => element('th', {}, name)),
        ),
      ]),
      element('tbody', {}, rows),
    ]),
  ]);

/** Devices and sinks with their state in words, as they are at `nowMs` by the gateway's clock. */
export const connectionSections = async (
  language: Language,
  nowMs: number,
): Promise<readonly HTMLElement[]> => {
  const [devices, sinks] = await Promise.all([
    getJson<Device[]>('api/v1/devices'),
    getJson<Sink[]>('api/v1/sinks'),
  ]);
  const label = (key: Parameters<typeof text>[0]): string => text(key, language);
  return [
    section(
      label('devices'),
      [label('name'), label('state'), label('lastData'), label('clockSkew')],
      devices.map((device) => deviceRow(device, language, nowMs)),
    ),
    section(
      label('sinks'),
      [label('name'), label('state'), label('waiting'), label('delivered'), label('refused')],
      sinks.length === 0
        ? [row([element('td', { colspan: '5' }, label('none'))])]
        : sinks.map((sink) => sinkRow(sink, language)),
    ),
  ];
};
