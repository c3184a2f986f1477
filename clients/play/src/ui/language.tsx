import type { JSX } from "preact";
import { told } from "../texts/frame.js";
import { locale, setLocale } from "../texts/texts.js";
import { Button } from "./basics.js";

export function LanguageSwitch(): JSX.Element {
  const other = locale.value === "zh" ? "en" : "zh";
  return (
    <Button
      tone="quiet"
      icon="globe"
      lang={other === "zh" ? "zh-CN" : "en"}
      onPress={() => {
        setLocale(other);
      }}
    >
      {told().language}
    </Button>
  );
}
