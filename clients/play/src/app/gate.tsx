import type { JSX } from "preact";
import { Scene } from "../art/scene.js";
import { Boss } from "../art/creatures.js";
import { guestOfTab } from "../game/account.js";
import { enter } from "../game/session.js";
import { EmailForm } from "../screens/account/email.js";
import { common } from "../texts/common.js";
import { told } from "../texts/frame.js";
import { Button } from "../ui/basics.js";
import { LanguageSwitch } from "../ui/language.js";

/** The first page: who has no account in this tab chooses how to enter. */
export function Gate(): JSX.Element {
  return (
    <main class="gate">
      <Scene land="road" />
      <div class="gate-boss" aria-hidden="true">
        <Boss place={4} />
      </div>
      <div class="gate-card">
        <h1>{common().title}</h1>
        <p class="gate-lead">{told().lead}</p>
        <Button
          tone="main"
          icon="swords"
          onPress={() => {
            enter(guestOfTab());
          }}
        >
          {told().guest}
        </Button>
        <p class="hint">{told().guestHint}</p>
        <details>
          <summary>{told().email}</summary>
          <EmailForm />
        </details>
      </div>
      <div class="gate-language">
        <LanguageSwitch />
      </div>
    </main>
  );
}
