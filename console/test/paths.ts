/** Every page of the console, with the parts of a player's, of the player that `veterans` makes. */
export const PATHS = [
  "/",
  "/incidents",
  "/figures",
  "/players",
  "/find/1",
  "/players/1",
  "/players/1/movements",
  "/players/1/audit",
  "/players/1/time",
  "/orders",
  "/reports",
  "/bosses",
  "/mail",
  "/codes",
  "/maintenance",
  "/rules",
  "/audit",
  "/operators",
  "/functions",
  "/functions/player_grant",
] as const;

/** A name for the files of a page. */
export function pathName(path: string): string {
  return path.replace(/^\//, "").replaceAll("/", "-") || "overview";
}
