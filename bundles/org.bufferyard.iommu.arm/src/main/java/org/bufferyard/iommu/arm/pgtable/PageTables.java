package org.bufferyard.iommu.arm.pgtable;

import java.util.Optional;
import org.bufferyard.api.kernel.KernelProfile;

/** alloc_io_pgtable_ops(). Stateless. */
public final class PageTables {
  private PageTables() {}

  /** Whether the format can do what is asked; where not, the kernel returns NULL. */
  public static boolean supports(TableRequest request, KernelProfile kernel) {
    return request.format() == TableFormat.ARM_V7S
        ? V7sTable.supports(request)
        : LpaeShape.of(request, kernel).isPresent();
  }

  /**
   * An empty table; empty where the kernel returns NULL for the request. Without memory for its
   * first level a table comes back that does not {@linkplain PageTable#exists exist}.
   */
  public static Optional<PageTable> open(
      TableRequest request,
      TableMemory memory,
      KernelProfile kernel,
      Complaints complaints,
      TlbFlush flush) {
    if (request.format() == TableFormat.ARM_V7S) {
      return V7sTable.supports(request)
          ? Optional.of(new V7sTable(request, memory, kernel, complaints, flush))
          : Optional.empty();
    }
    return LpaeShape.of(request, kernel)
        .map(shape -> new LpaeTable(shape, memory, kernel, complaints, flush));
  }
}
