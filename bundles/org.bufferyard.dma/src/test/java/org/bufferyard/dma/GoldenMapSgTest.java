package org.bufferyard.dma;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.iommu.Geometry;
import org.bufferyard.api.memory.PageBacking;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What the kernel's own iommu_dma_map_sg() answered, on a fresh domain. */
class GoldenMapSgTest {
  @TestFactory
  Stream<DynamicTest> agreesWithTheKernelsOwnFunctions() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    try (Reader in =
        new InputStreamReader(
            Objects.requireNonNull(getClass().getResourceAsStream("golden-map-sg.json")),
            StandardCharsets.UTF_8)) {
      for (JsonElement e : JsonParser.parseReader(in).getAsJsonObject().getAsJsonArray("cases")) {
        JsonObject fact = e.getAsJsonObject();
        tests.add(DynamicTest.dynamicTest(fact.get("id").getAsString(), () -> golden(fact)));
      }
    }
    assertTrue(tests.size() > 10, "the facts are there");
    return tests.stream();
  }

  private static long hex(JsonElement e) {
    return Long.parseUnsignedLong(e.getAsString().substring(2), 16);
  }

  private static void golden(JsonObject fact) {
    JsonObject in = fact.getAsJsonObject("input");
    JsonObject expected = fact.getAsJsonObject("expected");
    TestYard yard = new TestYard();
    TestDevice device = yard.device("d").masks(hex(in.get("dmaMask")));
    device.busLimit = hex(in.get("busDmaLimit"));
    device.boundary = hex(in.get("segBoundaryMask"));
    device.maxSegment = in.get("maxSegSize").getAsLong();
    device.pci = in.get("pci").getAsInt() != 0;
    RecordingTable table =
        yard.translate(
            device, new Geometry(hex(in.get("pgsizeBitmap")), 0, (1L << 48) - 1, true, false));
    List<Segment.PageBacked> entries = new ArrayList<>();
    for (JsonElement e : in.getAsJsonArray("sg")) {
      JsonObject s = e.getAsJsonObject();
      entries.add(
          new Segment.PageBacked(
              new PageRef(hex(s.get("page")) >>> 12, PageBacking.LINEAR),
              s.get("offset").getAsInt(),
              s.get("length").getAsLong()));
    }
    SgTable list = SgTable.ofPages(entries);
    int ret = expected.get("ret").getAsInt();
    int rc = yard.dma().mapSgtable(device, list, DmaDirection.TO_DEVICE, DmaAttrs.NONE);
    assertEquals(Math.min(ret, 0), rc);
    List<String> segments = new ArrayList<>();
    if (rc == 0) {
      for (Segment s : list.mapped()) {
        segments.add(Long.toHexString(s.dma()) + "+" + s.dmaLength());
      }
    }
    List<String> wanted = new ArrayList<>();
    for (JsonElement e : expected.getAsJsonArray("segments")) {
      JsonObject s = e.getAsJsonObject();
      wanted.add(s.get("dma").getAsString().substring(2) + "+" + s.get("len").getAsLong());
    }
    assertEquals(wanted, segments);
    List<RecordingTable.Call> calls = new ArrayList<>();
    for (JsonElement e : expected.getAsJsonArray("iommuMapCalls[iova,pa,pgsize,count]")) {
      JsonArray c = e.getAsJsonArray();
      calls.add(
          new RecordingTable.Call(
              hex(c.get(0)), hex(c.get(1)), c.get(2).getAsLong(), c.get(3).getAsLong()));
    }
    assertEquals(calls, table.maps);
  }
}
