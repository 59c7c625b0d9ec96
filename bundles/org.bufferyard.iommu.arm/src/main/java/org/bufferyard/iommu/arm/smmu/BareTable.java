package org.bufferyard.iommu.arm.smmu;

import java.util.ArrayList;
import java.util.List;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuContext;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.TablelessDomain;
import org.bufferyard.api.iommu.Translation;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.iommu.arm.pgtable.PageTable;
import org.bufferyard.iommu.arm.pgtable.PageTables;
import org.bufferyard.iommu.arm.pgtable.TableMemory;
import org.bufferyard.iommu.arm.pgtable.TableRequest;
import org.bufferyard.iommu.arm.pgtable.TableWalker;

/** The unit of {@link BareTableKind}. No cache, so nothing is stale. Engine thread only. */
final class BareTable implements Iommu, Invalidator {
  private final String id;
  private final TableRequest request;
  private final IommuContext context;
  private final TableMemory memory;
  private final List<PagedDomain> domains = new ArrayList<>();
  private IommuDomain attached = TablelessDomain.IDENTITY;

  BareTable(String id, TableRequest request, IommuContext context) {
    if (!PageTables.supports(request, context.kernel())) {
      throw new IllegalArgumentException(
          "IOMMU " + id + ": the format has no table for " + request);
    }
    this.id = id;
    this.request = request;
    this.context = context;
    this.memory = new TableMemory(context);
  }

  @Override
  public IommuDomain newDomain(DomainType type) {
    return switch (type) {
      case IDENTITY -> TablelessDomain.IDENTITY;
      case BLOCKED -> TablelessDomain.BLOCKED;
      case UNMANAGED, DMA, DMA_FQ -> {
        boolean queued = type == DomainType.DMA_FQ;
        PagedDomain domain =
            new PagedDomain(id, context, memory, request, this, 0, queued);
        domains.add(domain);
        yield domain;
      }
    };
  }

  @Override
  public int attach(StreamId stream, IommuDomain domain) {
    if (!stream.iommu().equals(id)) {
      return Errno.ENODEV.rc();
    }
    int rc =
        switch (domain) {
          case TablelessDomain none -> 0;
          case PagedDomain paged when !domains.contains(paged) -> Errno.EINVAL.rc();
          case PagedDomain paged -> paged.table().exists() ? 0 : Errno.ENOMEM.rc();
          default -> Errno.EINVAL.rc();
        };
    if (rc == 0) {
      attached = domain;
    }
    return rc;
  }

  @Override
  public void detach(StreamId stream) {
    if (stream.iommu().equals(id)) {
      attached = TablelessDomain.BLOCKED;
    }
  }

  @Override
  public Translation translate(StreamId stream, long address, boolean write) {
    if (attached == TablelessDomain.IDENTITY) {
      return new Translation.Translated(address, false);
    }
    if (!(attached instanceof PagedDomain paged)) {
      return new Translation.Fault(0, "BLOCKED", address, write);
    }
    PageTable table = paged.table();
    TableWalker.Found found = table.walk(address);
    int right = write ? IommuProt.WRITE : IommuProt.READ;
    if (found == TableWalker.Found.PAGE && (table.walkedProt() & right) != 0) {
      return new Translation.Translated(table.walkedPhys(), false);
    }
    String name = found == TableWalker.Found.PAGE ? "PERMISSION" : "TRANSLATION";
    return new Translation.Fault(found.ordinal(), name, address, write);
  }

  @Override
  public void range(PagedDomain domain, long start, long last, long pageSize, boolean leafOnly) {
    // No cache holds anything.
  }

  @Override
  public void all(PagedDomain domain) {
    // No cache holds anything.
  }

  @Override
  public void closed(PagedDomain domain) {
    domains.remove(domain);
    if (attached == domain) {
      attached = TablelessDomain.BLOCKED;
    }
  }

  @Override
  public void close() {
    List.copyOf(domains).forEach(PagedDomain::close);
  }
}
