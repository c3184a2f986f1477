import type { JSX } from "preact";
import { Icon } from "../../art/icons.js";
import { Bar, Panel } from "../../ui/basics.js";
import { done, STEPS } from "./model.js";
import { guideTexts } from "./texts.js";

export function GuideScreen(): JSX.Element {
  const t = guideTexts();
  const count = done.value.length;
  return (
    <Panel title={t.title} aside={<span class="hint">{t.progress(count, STEPS.length)}</span>}>
      <p class="muted">{count === STEPS.length ? t.finished : t.lead}</p>
      <Bar value={count / STEPS.length} label={t.title} />
      <ol class="guide">
        {STEPS.map(({ id, screen }) => {
          const [title, how] = t.steps[id];
          const ticked = done.value.includes(id);
          return (
            <li key={id} class={ticked ? "guide-step guide-done" : "guide-step"}>
              <span class="guide-mark">{ticked && <Icon name="check" />}</span>
              <div>
                <b>{title}</b>
                <p class="muted">{how}</p>
              </div>
              {ticked ? <span class="hint">{t.done}</span> : <a href={`#/${screen}`}>{t.go}</a>}
            </li>
          );
        })}
      </ol>
    </Panel>
  );
}
