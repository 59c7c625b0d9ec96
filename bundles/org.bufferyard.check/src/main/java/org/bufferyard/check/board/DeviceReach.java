package org.bufferyard.check.board;

import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.spec.PlatformSpec;

/**
 * What a fresh device reaches by itself (A5-A8). Masks that the model does not state are the driver's
 * business and limit nothing here.
 */
final class DeviceReach {
  private static final long EVERYTHING = -1L;

  private final PlatformSpec board;
  private final DeviceSpec device;

  DeviceReach(PlatformSpec board, DeviceSpec device) {
    this.board = board;
    this.device = device;
  }

  /** Whether an IOMMU translates for it. */
  boolean isTranslated() {
    return !board.machine().iommu().passthrough()
        && device.streams().stream()
            .flatMap(s -> board.iommu(s.iommu()).stream())
            .anyMatch(i -> i.enabled());
  }

  /** The last bus address that it drives for streaming mappings. */
  long streamingLimit() {
    DeviceSpec.Reach reach = device.reach();
    return smaller(reach.masksStated() ? reach.dmaMask().orElse(EVERYTHING) : EVERYTHING);
  }

  /** The same for coherent memory. */
  long coherentLimit() {
    DeviceSpec.Reach reach = device.reach();
    return smaller(reach.masksStated() ? reach.coherentDmaMask() : EVERYTHING);
  }

  private long smaller(long mask) {
    long bus = device.reach().busDmaLimit();
    return bus != 0 && Long.compareUnsigned(bus, mask) < 0 ? bus : mask;
  }

  /** Whether no window of its bus leads to an address. */
  boolean isOutsideWindows(long phys) {
    return !device.reach().rangeMap().isIdentity()
        && device.reach().rangeMap().toDma(phys) == EVERYTHING;
  }

  /** Whether it drives the addresses of a whole range. */
  boolean reaches(PhysRange range, long limit) {
    long first = device.reach().rangeMap().toDma(range.base());
    long last = first + range.size() - 1;
    return !isOutsideWindows(range.base())
        && !isOutsideWindows(range.last())
        && Long.compareUnsigned(last, first) >= 0
        && Long.compareUnsigned(last, limit) <= 0;
  }
}
