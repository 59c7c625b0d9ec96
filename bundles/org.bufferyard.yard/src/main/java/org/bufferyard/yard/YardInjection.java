package org.bufferyard.yard;

import java.util.function.Consumer;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.yard.Domain;
import org.bufferyard.platform.yard.Injection;
import org.bufferyard.platform.yard.YardDevice;
import org.bufferyard.yard.guard.GuardedIovaAllocator;

/** What a yard can be made to fail at: the guards before the plug-ins do it. */
final class YardInjection implements Injection {
  private final Pools pools;
  private final Consumer<YardDevice> unplug;

  YardInjection(Pools pools, Consumer<YardDevice> unplug) {
    this.pools = pools;
    this.unplug = unplug;
  }

  @Override
  public void failPages(int nth) {
    pools.books().noMemory().arm(nth);
  }

  @Override
  public void failIova(YardDevice device, int nth) {
    Domain domain =
        device
            .domain()
            .orElseThrow(
                () ->
                    new BadInputException(
                        "has no addresses to run out of",
                        "device '" + device.name() + "'",
                        "name a device behind an IOMMU"));
    if (domain.iova() instanceof GuardedIovaAllocator guarded) {
      guarded.noIova().arm(nth);
    }
  }

  @Override
  public void unplug(YardDevice device) {
    unplug.accept(device);
  }
}
