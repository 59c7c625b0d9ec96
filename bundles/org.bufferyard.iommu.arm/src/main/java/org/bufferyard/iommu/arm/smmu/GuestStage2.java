package org.bufferyard.iommu.arm.smmu;

import java.util.Set;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.iommu.IommuContext;
import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.iommu.arm.pgtable.PageTable;
import org.bufferyard.iommu.arm.pgtable.PageTables;
import org.bufferyard.iommu.arm.pgtable.TableFormat;
import org.bufferyard.iommu.arm.pgtable.TableMemory;
import org.bufferyard.iommu.arm.pgtable.TableRequest;
import org.bufferyard.iommu.arm.pgtable.TlbFlush;
import org.bufferyard.iommu.arm.smmu.StreamTableEntry.Stage2;

/**
 * The stage 2 that a host puts below a guest's stage 1 ({@code arm_smmu_make_nested_cd_table_ste()}):
 * addresses of 40 bits, each itself, in pages of 1 GiB. It never changes. Engine thread only.
 */
final class GuestStage2 implements AutoCloseable {
  /** The guest's. */
  static final int VMID = 1;

  private static final long GIB = 1L << 30;

  private final PageTable table;

  GuestStage2(SmmuV3Parameters parameters, TableMemory memory, IommuContext context) {
    TableRequest request =
        new TableRequest(
            TableFormat.ARM_64_LPAE_S2,
            0x4020_1000L,
            SmmuV3Parameters.GUEST_BITS,
            SmmuV3Parameters.GUEST_BITS,
            true,
            Set.of());
    this.table =
        PageTables.open(
                request,
                memory,
                context.kernel(),
                text ->
                    context
                        .events()
                        .emit(
                            new DmaEvent.KernelMessage(
                                parameters.id(),
                                DmaEvent.MessageClass.WARNING,
                                "WARNING: " + text)),
                NO_FLUSH)
            .orElseThrow(() -> new IllegalStateException("no table for " + request));
    if (table.exists()) {
      long pages = 1L << (SmmuV3Parameters.GUEST_BITS - 30);
      int all = IommuProt.READ | IommuProt.WRITE | IommuProt.CACHE;
      for (long done = 0; done < pages; ) {
        done += table.map(done * GIB, done * GIB, GIB, pages - done, all) / GIB;
      }
    }
  }

  private static final TlbFlush NO_FLUSH =
      new TlbFlush() {
        @Override
        public void addPage(long iova, long sizeBytes) {
          throw new IllegalStateException("a guest's stage 2 loses no page");
        }

        @Override
        public void flushWalk(long iova, long sizeBytes, long granule) {
          throw new IllegalStateException("a guest's stage 2 loses no table");
        }
      };

  boolean exists() {
    return table.exists();
  }

  Stage2 fields(boolean stalls) {
    return new Stage2(
        VMID, Attachments.vtcr(table.configuration()), table.base(), true, stalls, true);
  }

  @Override
  public void close() {
    table.close();
  }
}
