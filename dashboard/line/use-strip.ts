import {
  computed,
  onBeforeUnmount,
  onMounted,
  type Ref,
  ref,
  type ShallowRef,
  shallowRef,
  watch,
} from 'vue';
import { theme } from '../shell/theme.ts';
import { laneAt, moveCursor, placeAt, type StripSize } from './strip-geometry.ts';
import type { StripChange, StripModel } from './strip-model.ts';
import { paintStrip, type StripColours } from './strip-painter.ts';

export type StripOptions = {
  readonly model: StripModel;
  readonly seams: readonly string[];
  readonly lengthMm: number;
  readonly binMm: number;
};

export type Cursor = { readonly placeMm: number; readonly lane: number };

export type Strip = {
  readonly cursor: Readonly<Ref<Cursor | undefined>>;
  /** Counts up with each change of the bins, for what is told of them in words. */
  readonly revision: Readonly<Ref<number>>;
  point(event: PointerEvent): void;
  leave(): void;
  key(event: KeyboardEvent): void;
};

/** As `binStates` has them. */
const stateColours = [
  ...['conforming', 'out-of-wps', 'seam-lost', 'arc-out', 'not-measured', 'not-judged'],
];

/** Custom properties by state; read by an element that uses them, as `light-dark()` is resolved only there. */
const readColours = (canvas: HTMLElement): StripColours => {
  const probe = document.createElement('span');
  probe.hidden = true;
  canvas.after(probe);
  const colourOf = (name: string): string => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const colours = {
    pending: colourOf('strip-pending'),
    states: stateColours.map((name) => colourOf(`strip-${name}`)),
  };
  probe.remove();
  return colours;
};

const wholeChange: StripChange = { isWhole: true, fromRows: new Map() };

/** Keeps a canvas as the bins are: new bins are drawn alone, all of them after a change of size, panel or theme. */
export const useStrip = (
  canvas: Readonly<ShallowRef<HTMLCanvasElement | null>>,
  options: () => StripOptions,
): Strip => {
  const cursor = ref<Cursor>();
  const revision = ref(0);
  const size = shallowRef<StripSize>();
  let colours: StripColours | undefined;
  let isPinned = false;
  let stopListening = (): void => undefined;

  const paint = (change: StripChange): void => {
    const context = canvas.value?.getContext('2d');
    if (canvas.value === null || context === null || context === undefined) return;
    if (size.value === undefined) return;
    colours ??= readColours(canvas.value);
    const { seams, model } = options();
    paintStrip(context, size.value, seams, model, change, colours);
  };
  const resize = (): void => {
    const element = canvas.value;
    if (element === null) return;
    const { clientWidth, clientHeight } = element;
    if (clientWidth === 0 || clientHeight === 0) return;
    const widthPx = Math.round(clientWidth * devicePixelRatio);
    const heightPx = Math.round(clientHeight * devicePixelRatio);
    element.width = widthPx;
    element.height = heightPx;
    const { seams, lengthMm, binMm } = options();
    size.value = { widthPx, heightPx, lanes: Math.max(1, seams.length), lengthMm, binMm };
    paint(wholeChange);
  };
  const resizes = new ResizeObserver(resize);
  const listen = (): void => {
    stopListening();
    stopListening = options().model.listen((change) => {
      paint(change);
      revision.value += 1;
    });
  };
  onMounted(() => {
    if (canvas.value !== null) resizes.observe(canvas.value);
    listen();
    resize();
  });
  onBeforeUnmount(() => {
    resizes.disconnect();
    stopListening();
  });
  const described = computed(() => {
    const { seams, lengthMm, binMm } = options();
    return `${seams.join()} ${lengthMm} ${binMm}`;
  });
  watch(described, resize);
  watch(
    () => options().model,
    () => {
      listen();
      resize();
    },
  );
  watch(
    theme,
    () => {
      colours = undefined;
      paint(wholeChange);
    },
    { flush: 'post' },
  );

  return {
    cursor,
    revision,
    point: (event) => {
      const element = canvas.value;
      if (element === null || size.value === undefined) return;
      const { left, top, width, height } = element.getBoundingClientRect();
      isPinned = event.type === 'pointerdown';
      cursor.value = {
        placeMm: placeAt(size.value, (event.clientX - left) / width),
        lane: laneAt({ ...size.value, heightPx: height }, event.clientY - top),
      };
    },
    leave: () => {
      if (!isPinned) cursor.value = undefined;
    },
    key: (event) => {
      if (size.value === undefined) return;
      const from = cursor.value ?? { placeMm: 0, lane: 0 };
      const next = moveCursor(size.value, from, event.key, event.shiftKey);
      if (next === undefined) return;
      event.preventDefault();
      isPinned = true;
      cursor.value = next;
    },
  };
};
