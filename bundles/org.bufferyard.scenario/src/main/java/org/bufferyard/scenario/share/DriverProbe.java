package org.bufferyard.scenario.share;

import org.bufferyard.api.device.DriverFacts;
import org.bufferyard.api.device.PoolUse;
import org.bufferyard.api.dma.DmaAddress;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.platform.yard.YardDevice;
import org.bufferyard.platform.yard.YardState;

/**
 * What a driver's probe() does to its device before any buffer exists: masks and segment limits,
 * from the driver's facts where the board does not state them. Engine thread only.
 */
public final class DriverProbe {
  private final YardState yard;
  private final Reasons reasons;

  public DriverProbe(YardState yard) {
    this.yard = yard;
    this.reasons = new Reasons(yard.events());
  }

  /** Binds the driver to a device. */
  public void bind(YardDevice device) {
    DriverFacts facts = yard.facts(device);
    if (facts.equals(DriverFacts.unknown())) {
      // Whoever reads the verdict must know what it rests on.
      reasons.step(ShareRules.DRIVER, device.id(), facts.source());
    }
    if (!device.spec().pools().isEmpty() && !facts.pools().attaches(device.domain().isPresent())) {
      device.releasePools();
      reasons.step(
          ShareRules.DRIVER,
          device.id(),
          "driver "
              + facts.driver()
              + (facts.pools() == PoolUse.NEVER ? " takes no" : " behind an IOMMU takes no")
              + " memory-region: "
              + String.join(", ", device.spec().pools()));
    }
    if (facts.dmaMask().isPresent() && !device.spec().reach().masksStated()) {
      setMasks(device, facts);
    }
    if (device.spec().limits().maxSegmentSize().isEmpty() && facts.maxSegmentSize().isPresent()) {
      long limit = facts.maxSegmentSize().getAsLong();
      device.setMaxSegmentSize(limit);
      reasons.step(
          ShareRules.MAX_SEGMENT,
          device.id(),
          "driver " + facts.driver() + " sets its longest segment to " + DmaAddress.hex(limit),
          "max_seg_size",
          DmaAddress.hex(limit));
    }
  }

  private void setMasks(YardDevice device, DriverFacts facts) {
    long mask = facts.dmaMask().getAsLong();
    int rc = yard.dma().setMask(device, mask);
    if (rc == 0) {
      rc = yard.dma().setCoherentMask(device, mask);
    }
    reasons.step(
        ShareRules.SET_MASK,
        device.id(),
        "driver "
            + facts.driver()
            + " sets both masks to "
            + DmaAddress.hex(mask)
            + (rc == 0 ? "" : ", refused with " + Errno.text(rc)),
        "mask",
        DmaAddress.hex(mask),
        "rc",
        Integer.toString(rc));
  }
}
