import * as vscode from 'vscode';

/**
 * Does some work under a notification that can cancel it.
 * @param whole what is cancelled half-way has an outcome too: an error of it is thrown all the same
 * @returns undefined where it was cancelled and the work gave up
 */
export async function withProgress<T>(
  title: string,
  work: (signal: AbortSignal, progress: vscode.Progress<{ message?: string; increment?: number }>) => Promise<T>,
  whole = false,
): Promise<T | undefined> {
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      const stop = new AbortController();
      token.onCancellationRequested(() => stop.abort());
      try {
        return await work(stop.signal, progress);
      } catch (error) {
        if (!stop.signal.aborted || whole) throw error;
        return undefined;
      }
    },
  );
}
