package org.bufferyard.conform.fact;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dma.DmaRangeMap;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.TableWalk;
import org.bufferyard.api.kernel.Flavour;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.conform.answer.Answer;
import org.bufferyard.conform.answer.RecordedPlaces;
import org.bufferyard.platform.registry.Kinds;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.spec.IommuSpec;
import org.bufferyard.platform.spec.MachineSpec;
import org.bufferyard.platform.spec.MemorySpec;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.yard.Yard;
import org.bufferyard.platform.yard.YardDevice;
import org.bufferyard.platform.yard.YardOptions;
import org.bufferyard.platform.yard.YardState;
import org.bufferyard.platform.yard.Yards;

/**
 * One scatterlist mapped behind a fresh domain: a yard of one device behind a table with the page
 * sizes that the fact asks for.
 */
public final class MapSgFact {
  private static final String DEVICE = "device";
  private static final String IOMMU = "iommu";

  /** Formats by themselves, of which the first with the wanted page sizes serves. */
  private static final List<String> FORMATS = List.of("arm,64-lpae-s1", "arm,v7s");

  private final Yards yards;
  private final Kinds kinds;

  public MapSgFact(Yards yards, Kinds kinds) {
    this.yards = yards;
    this.kinds = kinds;
  }

  /** The table that a fact is asked of; empty when no plug-in has its page sizes. */
  public Optional<IommuSpec> table(JsonObject input) {
    long sizes = number(input, "pgsizeBitmap");
    Map<String, String> parameters = Map.of("page-sizes", Answer.hex(sizes));
    return FORMATS.stream()
        .filter(model -> pageSizes(model, parameters) == sizes)
        .map(model -> new IommuSpec(IOMMU, IOMMU, model, true, parameters))
        .findFirst();
  }

  private long pageSizes(String model, Map<String, String> parameters) {
    Optional<IommuKind> kind = kinds.choose(IommuKind.class, model, Flavour.FIDELITY);
    if (kind.isEmpty()) {
      return 0;
    }
    IommuUnit unit = new IommuUnit(IOMMU, model, parameters);
    try (Iommu iommu = kind.get().open(unit, new FactMachine())) {
      return iommu.newDomain(DomainType.UNMANAGED).geometry().pageSizes();
    } catch (IllegalArgumentException refused) {
      return 0;
    }
  }

  public JsonObject answer(JsonObject input, IommuSpec table) {
    if (!(input.get("sg") instanceof JsonArray entries)) {
      throw new IllegalArgumentException("no list sg");
    }
    PlatformSpec board = board(input, entries, table);
    try (Yard yard = yards.open(board, YardOptions.fidelity(KernelProfile.DEFAULT))) {
      return yard.call(state -> map(state, entries));
    }
  }

  private static PlatformSpec board(JsonObject input, JsonArray entries, IommuSpec table) {
    long end = 1L << 30;
    for (JsonElement entry : entries) {
      JsonObject e = entry.getAsJsonObject();
      end =
          Math.max(end, number(e, "page") + number(e, "offset") + number(e, "length"));
    }
    PhysRange ram = new PhysRange(0, (end + (1L << 21)) & -(1L << 21));
    MachineSpec machine =
        new MachineSpec(
            MachineSpec.Architecture.ARM64,
            0xffff_ffffL,
            false,
            false,
            Optional.empty(),
            MachineSpec.Bounce.NONE,
            MachineSpec.IommuMode.STRICT);
    return new PlatformSpec(
        "facts",
        machine,
        List.of(new MemorySpec("ram", ram)),
        List.of(),
        List.of(table),
        List.of(device(input)));
  }

  private static DeviceSpec device(JsonObject input) {
    long mask = number(input, "dmaMask");
    return new DeviceSpec(
        DEVICE,
        DEVICE,
        "/" + DEVICE,
        "facts,device",
        "",
        new DeviceSpec.Reach(
            OptionalLong.of(mask),
            mask,
            number(input, "busDmaLimit"),
            DmaRangeMap.IDENTITY,
            true,
            true),
        new DeviceSpec.Limits(
            OptionalLong.of(number(input, "maxSegSize")), number(input, "segBoundaryMask"), 0),
        number(input, "pci") != 0,
        List.of(new StreamId(IOMMU, List.of())),
        List.of(),
        Optional.empty(),
        List.of(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Map.of());
  }

  private static JsonObject map(YardState state, JsonArray entries) {
    YardDevice device = state.device(DEVICE);
    List<Segment.PageBacked> pages = new ArrayList<>();
    for (JsonElement entry : entries) {
      JsonObject e = entry.getAsJsonObject();
      long page = number(e, "page");
      PageRef ref = new PageRef(page >>> PageRef.SHIFT, state.memory().backing(page));
      pages.add(
          new Segment.PageBacked(ref, (int) number(e, "offset"), number(e, "length")));
    }
    SgTable list = SgTable.ofPages(pages);
    state.events().record(true);
    long start = state.events().mark();
    int rc =
        state.dma().mapSgtable(device, list, DmaDirection.BIDIRECTIONAL, DmaAttrs.NONE);
    JsonArray segments = new JsonArray();
    for (Segment segment : rc == 0 ? list.mapped() : List.<Segment>of()) {
      JsonObject line = new JsonObject();
      line.addProperty("dma", Answer.hex(segment.dma()));
      line.addProperty("len", segment.dmaLength());
      segments.add(line);
    }
    JsonObject answer = new JsonObject();
    answer.addProperty("ret", rc == 0 ? segments.size() : rc);
    answer.add("segments", segments);
    answer.add(
        "iommuMapCalls[iova,pa,pgsize,count]", calls(device, state.events().since(start)));
    return answer;
  }

  /** Each call of the driver maps one run of equal pages: read back from the table. */
  private static JsonArray calls(YardDevice device, List<DmaEvent> events) {
    JsonArray calls = new JsonArray();
    for (DmaEvent event : events) {
      if (!(event instanceof DmaEvent.IommuMapped mapped)) {
        continue;
      }
      TableWalk table = device.domain().map(d -> (TableWalk) d.table()).orElseThrow();
      long done = 0;
      while (done < mapped.size()) {
        long page = pageBytes(table, mapped.iova() + done);
        long count = 1;
        while (done + count * page < mapped.size()
            && pageBytes(table, mapped.iova() + done + count * page) == page) {
          count++;
        }
        JsonArray call = new JsonArray();
        call.add(Answer.hex(mapped.iova() + done));
        call.add(Answer.hex(mapped.phys() + done));
        call.add(page);
        call.add(count);
        calls.add(call);
        done += count * page;
      }
    }
    return calls;
  }

  private static long pageBytes(TableWalk table, long iova) {
    List<TableWalk.Entry> walk = table.entries(iova);
    if (walk.isEmpty() || !walk.getLast().leaf()) {
      throw new IllegalStateException("mapped, but no page at " + Answer.hex(iova));
    }
    return walk.getLast().pageBytes();
  }

  private static long number(JsonObject object, String name) {
    return RecordedPlaces.number(object.get(name))
        .orElseThrow(() -> new IllegalArgumentException("no number " + name));
  }
}
