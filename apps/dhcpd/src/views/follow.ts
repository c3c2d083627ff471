// How a view follows a bucket: libs/bus does it over NATS, the simulation over a simulated stream.
import type { Follower, FollowOptions } from "@leasehold/bus";

export type Follow = (bucket: string, options: FollowOptions) => Follower;
