import { useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { line } from "../game/session.js";
import { common } from "../texts/common.js";
import { locale } from "../texts/texts.js";
import { ToastsOf } from "../ui/dialog.js";
import { Gate } from "./gate.js";
import { Shell } from "./shell.js";

export function App(): JSX.Element {
  useSignalEffect(() => {
    document.documentElement.lang = locale.value === "zh" ? "zh-CN" : "en";
    document.title = common().title;
  });
  return (
    <>
      {line.value === undefined ? <Gate /> : <Shell />}
      <ToastsOf dialog={undefined} />
    </>
  );
}
