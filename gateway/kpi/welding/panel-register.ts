import {
  compensatedSumSize,
  pushCompensatedSum,
  readCompensatedSum,
  resetCompensatedSum,
} from '../../hot-path/operators/compensated-sum.ts';
import {
  counterResetsIndex,
  counterStepIndex,
  pushCounter,
  reserveCounter,
} from '../../hot-path/operators/counter.ts';
import type { Step } from '../../hot-path/program.ts';
import { isUncertainSlot, isUsableSlot, timeCell, valueCell } from '../../hot-path/slot.ts';
import type { KpiContext, ResolvedInput } from '../definition.ts';
import { finishResult } from '../result.ts';
import { panelWindow } from './panel.ts';

type Options = {
  readonly register: ResolvedInput;
  /** Whether steps count that begin now; undefined: throughout the panel. */
  readonly isActive?: (memory: Float64Array) => boolean;
};

/**
 * A KPI that sums the steps of a register over the panel. The register counts while nobody reads it, so that a silence is
 * covered when the state at both its ends is active; a step from one panel into the next belongs to the next.
 */
export const buildPanelRegister = (
  context: KpiContext<unknown>,
  { register, isActive }: Options,
): void => {
  const panel = panelWindow(context);
  const timeIndex = register.slot + timeCell;
  const counter = reserveCounter(context, {
    valueIndex: register.slot + valueCell,
    timeIndex,
    ...register.limits,
  });
  const none = Number.NEGATIVE_INFINITY;
  const sum = context.reserve(compensatedSumSize);
  const epochIndex = context.reserve(1);
  const lastMsIndex = context.reserve(1, [none]);
  const wasActiveIndex = context.reserve(1);
  const elapsedIndex = context.reserve(1);
  const coveredIndex = context.reserve(1);
  const uncertainIndex = context.reserve(1);
  const resetsIndex = counterResetsIndex(counter);
  const stepIndex = counterStepIndex(counter);

  const startPanel: Step = (memory) => {
    if (memory[epochIndex] === memory[panel.epochIndex]) return;
    memory[epochIndex] = memory[panel.epochIndex] as number;
    memory[elapsedIndex] = 0;
    memory[coveredIndex] = 0;
    memory[uncertainIndex] = 0;
    resetCompensatedSum(memory, sum);
  };

  context.onSample(register.slot, (memory) => {
    startPanel(memory);
    if (!isUsableSlot(memory, register.slot)) return;
    const passedMs = (memory[timeIndex] as number) - (memory[lastMsIndex] as number);
    const isIn = isActive === undefined || isActive(memory);
    const wasIn = memory[wasActiveIndex] === 1;
    const resets = memory[resetsIndex] as number;
    pushCounter(memory, counter);
    memory[lastMsIndex] = memory[timeIndex] as number;
    memory[wasActiveIndex] = isIn ? 1 : 0;
    if (isUncertainSlot(memory, register.slot) && (isIn || wasIn)) memory[uncertainIndex] = 1;
    if (!(wasIn && passedMs > 0 && Number.isFinite(passedMs))) return;
    memory[elapsedIndex] = (memory[elapsedIndex] as number) + passedMs;
    if (memory[resetsIndex] !== resets) memory[uncertainIndex] = 1;
    else if (isIn || passedMs <= register.staleMs) {
      memory[coveredIndex] = (memory[coveredIndex] as number) + passedMs;
      pushCompensatedSum(memory, sum, stepIndex);
    }
  });

  context.onTick((memory) => {
    startPanel(memory);
    const silentMs = (memory[context.tickMsIndex] as number) - (memory[lastMsIndex] as number);
    const isSilent = memory[wasActiveIndex] === 1 && silentMs > register.staleMs;
    const elapsedMs = (memory[elapsedIndex] as number) + (isSilent ? silentMs : 0);
    readCompensatedSum(memory, sum, context.value + valueCell);
    memory[context.value + valueCell] =
      ((memory[context.value + valueCell] as number) * register.multiply) / register.divide;
    memory[context.coverage + valueCell] =
      elapsedMs > 0 ? (memory[coveredIndex] as number) / elapsedMs : 0;
    finishResult(memory, context, uncertainIndex);
  });
};
