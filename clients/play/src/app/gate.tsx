import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Scene } from "../art/scene.js";
import { Boss } from "../art/creatures.js";
import { guestOfTab } from "../game/account.js";
import { enter } from "../game/session.js";
import { EmailEntry } from "../screens/account/entry.js";
import { accountTexts } from "../screens/account/texts.js";
import { common } from "../texts/common.js";
import { told } from "../texts/frame.js";
import { Button } from "../ui/basics.js";
import { Dialog } from "../ui/dialog.js";
import { LanguageSwitch } from "./language.js";

/** The first page: who has no account in this tab chooses how to enter. */
export function Gate(): JSX.Element {
  const [signsIn, setSignsIn] = useState(false);
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
        <Button
          tone="quiet"
          icon="account"
          onPress={() => {
            setSignsIn(true);
          }}
        >
          {accountTexts().email}
        </Button>
      </div>
      {signsIn && (
        <Dialog
          title={accountTexts().email}
          onClose={() => {
            setSignsIn(false);
          }}
        >
          <EmailEntry />
        </Dialog>
      )}
      <div class="gate-language">
        <LanguageSwitch />
      </div>
    </main>
  );
}
