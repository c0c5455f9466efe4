import { type LocalText, noText } from '../../../gateway/core/point.ts';
import type { SourceContext } from '../../../gateway/core/source.ts';

/** Nodes named in a reason; the others are counted. */
const named = 3;

/** How what one machine shows beside its points is doing: one member of its source. */
export class MachineHealth {
  readonly #context: SourceContext;
  readonly #member: string;
  readonly #count: number;
  readonly #down = new Map<string, LocalText>();
  #told = '';

  /** `count` is how many nodes are watched. */
  constructor(context: SourceContext, member: string, count: number) {
    this.#context = context;
    this.#member = member;
    this.#count = count;
  }

  isUp(node: string): void {
    this.#down.delete(node);
  }

  isDown(node: string, reason: LocalText): void {
    this.#down.set(node, reason);
  }

  /** Told where it has changed. */
  tell(): void {
    const all = [...this.#down];
    const state = all.length === 0 ? 'up' : all.length < this.#count ? 'degraded' : 'down';
    const words = (language: keyof LocalText): string =>
      all
        .slice(0, named)
        .map(([node, reason]) => `${node}: ${reason[language]}`)
        .join('; ') + (all.length > named ? '; ...' : '');
    const reason: LocalText =
      all.length === 0
        ? noText
        : {
            en: `${all.length} of ${this.#count} nodes missing: ${words('en')}`,
            zh: `${this.#count} 个节点中缺少 ${all.length} 个：${words('zh')}`,
          };
    const told = `${state} ${reason.en}`;
    if (told === this.#told) return;
    this.#told = told;
    this.#context.member({ member: this.#member, state, reason });
  }
}
