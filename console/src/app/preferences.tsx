import { ActionIcon, Button, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { IconMoon, IconSun } from "@tabler/icons-react";
import type { ReactElement } from "react";
import { useSpeech } from "../texts/index.js";

/** Changes to the other language. */
export function LanguageButton(): ReactElement {
  const { language, texts, choose } = useSpeech();
  return (
    <Button
      variant="subtle"
      color="gray"
      size="compact-sm"
      aria-label={`${texts.language}: ${language === "en" ? "中文" : "English"}`}
      lang={language === "en" ? "zh-CN" : "en"}
      onClick={() => {
        choose(language === "en" ? "zh" : "en");
      }}
    >
      {language === "en" ? "中文" : "English"}
    </Button>
  );
}

/** Changes between light and dark. */
export function ThemeButton(): ReactElement {
  const { texts } = useSpeech();
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme("light") === "dark";
  const label = isDark ? texts.shell.theme.light : texts.shell.theme.dark;
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-label={label}
      title={label}
      onClick={() => {
        setColorScheme(isDark ? "light" : "dark");
      }}
    >
      {isDark ? <IconSun size={18} aria-hidden /> : <IconMoon size={18} aria-hidden />}
    </ActionIcon>
  );
}
