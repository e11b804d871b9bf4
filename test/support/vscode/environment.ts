/**
 * This process's environment without what would change the editor, and without the person's clusters and accounts: a test
 * or demo must never reach them.
 */
export function environmentWithoutAccounts(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(process.env)) {
    const changesEditor = /^(npm_|VSCODE_|ELECTRON_|CODE_SERVER_|NODE_OPTIONS$|PORT$|PASSWORD$|HASHED_PASSWORD$)/;
    if (changesEditor.test(name) || /^(AWS_|KUBE|XDG_CONFIG_|XDG_DATA_HOME)/.test(name)) continue;
    env[name] = value;
  }
  return env;
}
