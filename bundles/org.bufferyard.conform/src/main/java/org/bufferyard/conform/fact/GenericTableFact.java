package org.bufferyard.conform.fact;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.kernel.Flavour;
import org.bufferyard.platform.registry.Kinds;

/**
 * The kernel's test of generic page tables ({@code kunit_iommu_pt.h: test_map_simple}), on a kind
 * whose driver uses them.
 */
public final class GenericTableFact {
  private static final String MODEL = "intel,vt-d";

  private final Kinds kinds;

  public GenericTableFact(Kinds kinds) {
    this.kinds = kinds;
  }

  public boolean missing() {
    return kinds.choose(IommuKind.class, MODEL, Flavour.FIDELITY).isEmpty();
  }

  public JsonObject answer(String op) {
    if (!op.equals("map each supported page size once")) {
      throw new IllegalArgumentException("operation " + op);
    }
    IommuKind kind = kinds.choose(IommuKind.class, MODEL, Flavour.FIDELITY).orElseThrow();
    try (Iommu iommu = kind.open(new IommuUnit("facts", MODEL, Map.of()), new FactMachine())) {
      return mapEachSize(iommu.newDomain(DomainType.UNMANAGED));
    }
  }

  /** A piece of a large page takes all of it along, so that the answer tells each page's size. */
  private static JsonObject mapEachSize(IommuDomain domain) {
    List<Long> sizes = new ArrayList<>();
    for (long left = domain.geometry().pageSizes(); left != 0; left &= left - 1) {
      sizes.add(Long.lowestOneBit(left));
    }
    for (long size : sizes) {
      domain.map(size, size, size, 1, IommuProt.READ | IommuProt.WRITE);
    }
    long once = 0;
    long left = 0;
    for (long size : sizes) {
      once += domain.unmap(size, domain.geometry().granule(), 1) == size ? 1 : 0;
      domain.sync();
      left += domain.iovaToPhys(size) == 0 ? 0 : 1;
    }
    JsonObject answer = new JsonObject();
    answer.addProperty("countOfEachSize", once == sizes.size() ? 1 : 0);
    answer.addProperty("afterUnmapAll", left);
    return answer;
  }
}
