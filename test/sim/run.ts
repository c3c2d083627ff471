// One run: the plan says what happens; then all faults end, and what must hold after calm is judged.

import { faultKinds } from "./faults.ts";
import { Calm } from "./judge/calm.ts";
import type { PlantedBug } from "./planted-bugs.ts";
import { FAULTS_END_MS, type Fault, type Plan } from "./setting.ts";
import { Simulation } from "./simulation.ts";

export class Run {
  readonly simulation: Simulation;
  private areFaultsOver = false;

  /** @param tell told of everything, for `--trace`. */
  constructor(plan: Plan, bug?: PlantedBug, tell?: (line: () => string) => void) {
    this.simulation = new Simulation(plan, bug, tell);
  }

  /** What was violated, in words; the first one is what a run is judged by. */
  async toEnd(): Promise<readonly string[]> {
    const { simulation } = this;
    for (const client of simulation.population.clients)
      simulation.timeline.after(simulation.chance.between(100, 3000), () => client.start());
    for (const fault of simulation.plan.faults) this.schedule(fault);
    await simulation.runTo(FAULTS_END_MS);
    if (simulation.judge.violations.length === 0) {
      this.healAll();
      await new Calm(simulation).run();
    }
    return simulation.judge.violations;
  }

  private schedule(fault: Fault): void {
    const { timeline, tally, tell } = this.simulation;
    const kind = kindOf(fault);
    timeline.after(fault.at, () => {
      tally.count("faults", fault.kind);
      tell(() => `! ${JSON.stringify(fault)}`);
      kind.begin(this.simulation, fault);
    });
    timeline.after(fault.at + fault.forMs, () => {
      if (this.areFaultsOver || kind.end === undefined) return;
      tell(() => `! ends: ${fault.kind}`);
      kind.end(this.simulation, fault);
    });
  }

  /** Everything that was broken is whole. */
  private healAll(): void {
    const { simulation } = this;
    this.areFaultsOver = true;
    for (const fault of simulation.plan.faults) kindOf(fault).end?.(simulation, fault);
    simulation.network.ether.calm(0);
    for (const node of simulation.nodes) node.setClock(0);
    simulation.tell(() => "! all faults end");
  }
}

function kindOf(fault: Fault) {
  return faultKinds.find(({ name }) => name === fault.kind)!;
}
