package org.bufferyard.conform.fact;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.conform.answer.Answer;

/**
 * What the kernel's self tests do with an empty table ({@code arm_lpae_run_tests()}, {@code
 * arm_v7s_do_selftests()}).
 */
final class PageTableSequence {
  /** Somewhere inside a page. */
  static final long INSIDE = 42;

  private static final long GIB = 1L << 30;
  private static final int FULL =
      IommuProt.READ | IommuProt.WRITE | IommuProt.NOEXEC | IommuProt.CACHE;

  private final IommuDomain domain;
  private final long step;

  /**
   * @param step bytes from one mapping to the next
   */
  PageTableSequence(IommuDomain domain, long step) {
    this.domain = domain;
    this.step = step;
  }

  /**
   * @param inputBits width of an input address, whose last page is tried too; 0 to leave that out
   * @return the first step that failed
   */
  Optional<String> run(long inputBits) {
    return emptyAtFirst()
        .or(this::distinctMappings)
        .or(this::fullUnmap)
        .or(() -> inputBits == 0 ? Optional.empty() : lastPage(inputBits));
  }

  private Optional<String> emptyAtFirst() {
    for (long base : List.of(0L, GIB, 2 * GIB)) {
      if (domain.iovaToPhys(base + INSIDE) != 0) {
        return failed("an empty table translates", base);
      }
    }
    return Optional.empty();
  }

  private List<Long> sizes() {
    List<Long> sizes = new ArrayList<>();
    for (long left = domain.geometry().pageSizes(); left != 0; left &= left - 1) {
      sizes.add(Long.lowestOneBit(left));
    }
    return sizes;
  }

  private Optional<String> distinctMappings() {
    long iova = 0;
    for (long size : sizes()) {
      if (domain.map(iova, iova, size, 1, FULL) != size) {
        return failed("map", iova);
      }
      if (domain.map(iova, iova + size, size, 1, IommuProt.READ | IommuProt.NOEXEC) >= 0) {
        return failed("map over a mapping is not refused", iova);
      }
      if (domain.iovaToPhys(iova + INSIDE) != iova + INSIDE) {
        return failed("translation", iova);
      }
      iova += step;
    }
    return Optional.empty();
  }

  private Optional<String> fullUnmap() {
    long iova = 0;
    for (long size : sizes()) {
      if (domain.unmap(iova, size, 1) != size) {
        return failed("unmap", iova);
      }
      domain.sync();
      if (domain.iovaToPhys(iova + INSIDE) != 0) {
        return failed("translation after unmap", iova);
      }
      if (domain.map(iova, iova, size, 1, IommuProt.WRITE) != size) {
        return failed("map again", iova);
      }
      if (domain.iovaToPhys(iova + INSIDE) != iova + INSIDE) {
        return failed("translation of the second mapping", iova);
      }
      iova += step;
    }
    return Optional.empty();
  }

  private Optional<String> lastPage(long inputBits) {
    long size = Long.highestOneBit(domain.geometry().pageSizes());
    long iova = (1L << inputBits) - size;
    if (domain.map(iova, iova, size, 1, FULL) != size) {
      return failed("map of the last page", iova);
    }
    return domain.unmap(iova, size, 1) == size
        ? Optional.empty()
        : failed("unmap of the last page", iova);
  }

  private static Optional<String> failed(String what, long iova) {
    return Optional.of(what + " at " + Answer.hex(iova));
  }
}
