import { texts } from "../../texts/texts.js";

/** The attributes are called by their own names. */
const CHINESE: Readonly<Record<string, string>> = {};

export const characterTexts = texts(
  {
    title: "侠客",
    attributes: "身手",
    materials: "奇物",
    skills: "技能",
    equipment: "装备",
    noSkills: "还没有领悟技能",
    noEquipment: "还没有打造装备",
    need: (need: string) => `距下一级 ${need} 经验`,
    top: "已至巅峰",
    time: (time: string) => `江湖时间 ${time}`,
    reset: (time: string) => `${time} 后新的一天`,
    toCraft: "去炼造",
    names: CHINESE,
  },
  {
    title: "Hero",
    attributes: "Attributes",
    materials: "Rare things",
    skills: "Skills",
    equipment: "Equipment",
    noSkills: "No skill yet",
    noEquipment: "No equipment yet",
    need: (need: string) => `${need} experience to the next level`,
    top: "At the top",
    time: (time: string) => `World time ${time}`,
    reset: (time: string) => `A new day in ${time}`,
    toCraft: "Craft",
    names: {
      力量: "力量 Strength",
      敏捷: "敏捷 Agility",
      智力: "智力 Wits",
      体魄: "体魄 Vigor",
      龙眼: "龙眼 Dragon eyes",
      凤羽: "凤羽 Phoenix feathers",
    },
  },
);
