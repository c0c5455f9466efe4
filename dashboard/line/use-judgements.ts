import { computed, type Ref } from 'vue';
import type { LocalText } from '../api/types.ts';
import { useGateway } from '../live/gateway.ts';
import type { Current, PointStore } from '../live/point-store.ts';
import { type Judgement, judgeSeam } from './seam-judgement.ts';
import type { Seam, WeldLine } from './use-line.ts';
import { numberIn } from './use-number.ts';

/** States of the line in which its arcs are to burn; only these have a torch without one be abnormal. */
const weldingState = 4;

/** Null where the line has a state and does not tell it. A line without one welds. */
export const isWeldingNow = (store: PointStore, line: WeldLine): boolean | null => {
  const state = numberIn(store, line.point('state'));
  return state === undefined || (state === null ? null : state === weldingState);
};

const judgedPoints = [
  ...(['arcOn', 'seamFound', 'fault', 'enabled', 'current'] as const),
  ...(['voltage', 'gasFlow', 'offsetY', 'gap', 'confidence'] as const),
];

/** OPC UA codes of a value that is not there since nobody answers: communication, timeout, no communication, not connected. */
const unreachableCodes: ReadonlySet<number> = new Set([0x8005, 0x800a, 0x8031, 0x808a]);
const codeShift = 16;

/** Whether a value is missing since its device does not answer. */
export const isUnreachable = ({ status }: Pick<Current, 'status'>): boolean =>
  unreachableCodes.has(status >>> codeShift);

/** What the machine says is wrong with a torch; undefined where it says nothing. */
export const faultWords = (store: PointStore, seam: Seam): LocalText | undefined => {
  const point = seam.point('faultCode');
  const code = numberIn(store, point);
  return typeof code === 'number' && code !== 0 ? point?.labels?.[String(code)] : undefined;
};

export const judgeNow = (store: PointStore, line: WeldLine, seam: Seam): Judgement => {
  const value = (name: string) => numberIn(store, seam.point(name));
  return judgeSeam(
    {
      arcOn: value('arcOn'),
      seamFound: value('seamFound'),
      fault: value('fault'),
      enabled: value('enabled'),
      current: value('current'),
      voltage: value('voltage'),
      gasFlow: value('gasFlow'),
      offsetY: value('offsetY'),
      gap: value('gap'),
      confidence: value('confidence'),
      isUnreachable: judgedPoints.some((name) => {
        const point = seam.point(name);
        return point !== undefined && isUnreachable(store.current(point));
      }),
    },
    seam.bands,
    isWeldingNow(store, line),
  );
};

/** Judgements are compared by what they say, so that nothing is drawn anew while they say the same. */
export const useJudgement = (line: () => WeldLine, seam: () => Seam): Readonly<Ref<Judgement>> => {
  const { store } = useGateway();
  return computed<Judgement>((before) => {
    const next = judgeNow(store, line(), seam());
    const isSame = before?.level === next.level && before.findings.join() === next.findings.join();
    return isSame ? before : next;
  });
};
