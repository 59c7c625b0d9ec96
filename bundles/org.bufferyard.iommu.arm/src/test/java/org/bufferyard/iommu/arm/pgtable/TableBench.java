package org.bufferyard.iommu.arm.pgtable;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.bufferyard.api.contract.IommuBench;
import org.bufferyard.api.iommu.TableWalk;
import org.bufferyard.api.kernel.KernelProfile;

/** One table, what it complained of, and what it told the caches to forget. */
final class TableBench implements TlbFlush {
  static final long KIB = 1L << 10;
  static final long MIB = 1L << 20;
  static final long GIB = 1L << 30;

  final IommuBench bench;
  final PageTable table;
  final List<String> warnings = new ArrayList<>();
  final List<String> flushes = new ArrayList<>();

  TableBench(TableRequest request, KernelProfile kernel) {
    bench = new IommuBench(kernel);
    table =
        PageTables.open(request, new TableMemory(bench), kernel, warnings::add, this)
            .orElseThrow();
  }

  static TableBench of(TableFormat format, long sizes, int ias, int oas, Quirk... quirks) {
    return new TableBench(
        new TableRequest(format, sizes, ias, oas, true, Set.of(quirks)), KernelProfile.DEFAULT);
  }

  @Override
  public void addPage(long iova, long sizeBytes) {
    flushes.add("page %#x %#x".formatted(iova, sizeBytes));
  }

  @Override
  public void flushWalk(long iova, long sizeBytes, long granule) {
    flushes.add("walk %#x %#x %#x".formatted(iova, sizeBytes, granule));
  }

  /** The descriptor of the page at {@code iova}. */
  long leaf(long iova) {
    List<TableWalk.Entry> entries = table.entries(iova);
    if (entries.isEmpty() || !entries.getLast().leaf()) {
      throw new AssertionError("no page at 0x" + Long.toHexString(iova) + ": " + entries);
    }
    return entries.getLast().descriptor();
  }
}
