// A failing run made small: faults are left out, and clients, as long as it still fails by the same invariant.

import type { PlantedBug } from "./planted-bugs.ts";
import { Run } from "./run.ts";
import type { Plan } from "./setting.ts";

export interface Failure {
  readonly plan: Plan;
  readonly violation: string;
}

/** The first violation of a run. */
export async function violationOf(plan: Plan, bug?: PlantedBug): Promise<string | undefined> {
  return (await new Run(plan, bug).toEnd())[0];
}

/** "I1" of "I1: 10.0.0.10 is used by …" */
export function invariantOf(violation: string): string {
  return violation.slice(0, violation.indexOf(":"));
}

/** Delta debugging over the schedule (Zeller and Hildebrandt 2002), then over the clients from the last one on. */
export async function minimised(failure: Failure, bug?: PlantedBug): Promise<Failure> {
  const invariant = invariantOf(failure.violation);
  let smallest = failure;
  const tryPlan = async (plan: Plan): Promise<boolean> => {
    const violation = await violationOf(plan, bug);
    if (violation === undefined || invariantOf(violation) !== invariant) return false;
    smallest = { plan, violation };
    return true;
  };
  await fewerFaults(() => smallest.plan, tryPlan);
  await fewerClients(() => smallest.plan, tryPlan);
  await fewerFaults(() => smallest.plan, tryPlan);
  return smallest;
}

async function fewerFaults(plan: () => Plan, tryPlan: (plan: Plan) => Promise<boolean>): Promise<void> {
  for (
    let size = Math.ceil(plan().faults.length / 2);
    size >= 1;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let from = 0; from < plan().faults.length; ) {
      const { faults } = plan();
      const rest = [...faults.slice(0, from), ...faults.slice(from + size)];
      if (!(await tryPlan({ ...plan(), faults: rest }))) from += size;
    }
  }
}

async function fewerClients(plan: () => Plan, tryPlan: (plan: Plan) => Promise<boolean>): Promise<void> {
  for (;;) {
    const { setting } = plan();
    if (setting.clients.length < 2) return;
    const clients = setting.clients.slice(0, -1);
    if (!(await tryPlan({ ...plan(), setting: { ...setting, clients } }))) return;
  }
}
