import type { Facts } from '../facts/model.js';
import { FactStore } from './factStore.js';
import type { Overlays } from './overlays.js';
import { Queries } from './queries.js';

/** The whole picture as it is now. Answers are of the moment: what is asked after a change is answered by what holds then. */
export class WorkspaceIndex extends Queries {
  /**
   * @param units facts by unit: a document, a file, or a Terraform folder
   * @param chosenPolicies files whose permission policies are judged because somebody named them
   */
  static of(units: readonly Facts[], overlays: Overlays, chosenPolicies?: ReadonlySet<string>): WorkspaceIndex {
    const store = new FactStore(overlays, chosenPolicies);
    for (const [ordinal, facts] of units.entries()) store.add({ facts, owner: '', ordinal });
    while (store.placeNext());
    while (store.takeChange() !== undefined);
    return new WorkspaceIndex(store);
  }

  protected override ask(): void {
    // Nobody keeps in mind what is asked here.
  }
}
