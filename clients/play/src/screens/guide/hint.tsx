import type { JSX } from "preact";
import { Icon } from "../../art/icons.js";
import { route } from "../../game/route.js";
import { hideGuide, nextStep } from "./model.js";
import { guideTexts } from "./texts.js";

/** The next step of the tutorial, above every screen until all are done. */
export function GuideHint(): JSX.Element | null {
  const t = guideTexts();
  const step = nextStep.value;
  if (step === undefined) return null;
  const [title, how] = t.steps[step.id];
  return (
    <aside class="guide-hint" aria-label={t.title}>
      <Icon name="guide" />
      <p>
        <a href={`#/${step.screen}`}>{title}</a>
        {route.value === step.screen && <small>{how}</small>}
      </p>
      <button type="button" class="icon-button" aria-label={t.hide} onClick={hideGuide}>
        <Icon name="close" />
      </button>
    </aside>
  );
}
