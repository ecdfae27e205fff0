/** One thing that a failed deploy takes back, in words and as work. */
type Undo = { readonly what: string; readonly work: () => Promise<void> };

/** What has to be taken back when the deploy fails, newest first. */
export type UndoList = {
  readonly add: (what: string, work: () => Promise<void>) => void;
  /** Takes everything back; one that fails does not keep the others from being tried. Returns what could not be. */
  readonly takeBack: (
    progress: (line: string) => void,
  ) => Promise<readonly { readonly what: string; readonly error: unknown }[]>;
};

export function undoList(): UndoList {
  const list: Undo[] = [];
  return {
    add: (what, work) => {
      list.push({ what, work });
    },
    takeBack: async (progress) => {
      const failed: { what: string; error: unknown }[] = [];
      for (const { what, work } of list.splice(0).reverse()) {
        progress(what);
        try {
          await work();
        } catch (error) {
          failed.push({ what, error });
        }
      }
      return failed;
    },
  };
}
