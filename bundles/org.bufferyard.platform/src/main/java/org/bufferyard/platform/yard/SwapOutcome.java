package org.bufferyard.platform.yard;

/** What became of a {@link KindSwap}. Immutable: what it tells was so when the swap ended. */
public sealed interface SwapOutcome {
  KindSwap swap();

  /**
   * The successor serves.
   *
   * @param adopted live ranges that it took over; 0 where there is nothing to adopt
   */
  record Done(KindSwap swap, int adopted) implements SwapOutcome {}

  /**
   * The successor cannot represent what is live. Nothing was changed. Once the buffers were moved out
   * the same swap goes through; {@link YardState#park} closes the old one over their heads.
   */
  record Declined(KindSwap swap, String reason) implements SwapOutcome {}

  /**
   * Nobody serves now. What is live stays where it is; requests fail until a successor comes.
   */
  record Parked(KindSwap swap, int live) implements SwapOutcome {}

  /** Somebody else serves already than the plan says; nothing was changed. Plan anew. */
  record Outdated(KindSwap swap) implements SwapOutcome {}

  /** The successor broke while it was opened; it is out of use; plan anew. Who served before
   * serves on, but for an IOMMU that broke only when its devices were attached: there nobody does. */
  record Broken(KindSwap swap, String reason) implements SwapOutcome {}
}
