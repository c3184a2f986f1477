import { isAbsolute, join } from "node:path";

/** How the checker is started. */
export interface ServerCommand {
  command: string;
  args: string[];
}

/** The program of the setting `raidkeep.program`; a path with a folder in it is relative to the opened folder. */
export function serverCommand(program: string, folder: string | undefined): ServerCommand {
  const isRelativePath = /[\\/]/.test(program) && !isAbsolute(program);
  const command = isRelativePath && folder !== undefined ? join(folder, program) : program;
  return { command, args: ["lsp"] };
}
