package org.bufferyard.yard.guard;

import java.util.List;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Geometry;
import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.Translation;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.input.NoTableFormatException;
import org.bufferyard.platform.spec.IommuSpec;

/**
 * An enabled IOMMU whose table format nobody brings. What is certain without the format is said: in
 * an identity domain everything is itself, in any other nothing is mapped but the 1:1 regions that
 * the board states (D3), so that every other access faults. Whatever would need a table ends in a
 * {@link NoTableFormatException}.
 *
 * <p>Not modelled: everything else, its fault codes included.
 */
public final class FormatlessIommu implements Iommu {
  private final IommuSpec spec;
  private final DomainType type;
  private final List<PhysRange> identity;

  /**
   * @param type of the default domains of this yard
   * @param identity 1:1 regions of all devices behind it
   */
  public FormatlessIommu(IommuSpec spec, DomainType type, List<PhysRange> identity) {
    this.spec = spec;
    this.type = type;
    this.identity = List.copyOf(identity);
  }

  public NoTableFormatException stop() {
    return new NoTableFormatException(spec.id(), spec.name(), spec.model());
  }

  private boolean isMapped(long address) {
    return type == DomainType.IDENTITY || identity.stream().anyMatch(r -> r.contains(address));
  }

  @Override
  public IommuDomain newDomain(DomainType wanted) {
    return new Table();
  }

  @Override
  public int attach(StreamId stream, IommuDomain domain) {
    return 0;
  }

  @Override
  public void detach(StreamId stream) {}

  @Override
  public Translation translate(StreamId stream, long address, boolean write) {
    return isMapped(address)
        ? new Translation.Translated(address, false)
        : new Translation.Fault(0, "NOT MAPPED", address, write);
  }

  @Override
  public void close() {}

  private final class Table implements IommuDomain {
    @Override
    public Geometry geometry() {
      throw stop();
    }

    @Override
    public long map(long iova, long phys, long pageSize, long count, int prot) {
      throw stop();
    }

    @Override
    public long unmap(long iova, long pageSize, long count) {
      throw stop();
    }

    @Override
    public long iovaToPhys(long iova) {
      return isMapped(iova) ? iova : 0;
    }

    @Override
    public void sync() {}

    @Override
    public void close() {}
  }
}
