package org.bufferyard.iommu.intel;

import static org.bufferyard.iommu.intel.VtdBench.GIB;
import static org.bufferyard.iommu.intel.VtdBench.RW;
import static org.bufferyard.iommu.intel.VtdBench.SOURCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bufferyard.api.iommu.AccessAttributes;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.PageRequest;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.Translation.Fault;
import org.bufferyard.api.iommu.Translation.Translated;
import org.bufferyard.api.kernel.KernelProfile;
import org.junit.jupiter.api.Test;

/** VT-d specification 7.4, "Page Request Services": the queue, its status, responses. */
class PageRequestTest {
  private static final long PHYS = 0x8_8000_0000L;
  private static final int PASID = 0x45;
  private static final AccessAttributes ASKING =
      AccessAttributes.PLAIN.withPasid(PASID).requestingPages();

  private static final StreamId SPACE = new StreamId("dmar0", List.of((long) SOURCE, 0x45L));
  private static final String MISSING = "SM: Present bit in first-level paging entry is clear";

  private VtdBench bench = bench(KernelProfile.DEFAULT);
  private IommuDomain space = space();
  private final List<PageRequest> asked = new ArrayList<>();

  private static VtdBench bench(KernelProfile kernel, String... more) {
    Map<String, String> board =
        new HashMap<>(
            Map.of("scalable-mode", "on", "page-requests", "on", "device-tlb", "00:10.0"));
    for (int i = 0; i < more.length; i += 2) {
      board.put(more[i], more[i + 1]);
    }
    return new VtdBench(kernel, board);
  }

  private IommuDomain space() {
    IommuDomain domain = bench.iommu.newDomain(DomainType.UNMANAGED);
    assertEquals(0, bench.iommu.attach(SPACE, domain));
    return domain;
  }

  private PageRequest.Response page(PageRequest request) {
    asked.add(request);
    assertEquals(4096, space.map(request.address(), PHYS, 4096, 1, RW));
    return PageRequest.Response.SUCCESS;
  }

  private PageRequestQueue queue() {
    return bench.unit.hardware().pages();
  }

  @Test
  void aRequestHasItsFieldsWhereTheManualHasThem() {
    PageRequestDescriptor with =
        new PageRequestDescriptor(0x80, 0xf_ffff, true, true, true, false, true, 0x1ff, 0x7000);
    assertEquals(
        1 | 1 << 8 | 0x80 << 16 | 0xf_ffffL << 32 | 1L << 52 | 1L << 53,
        with.first(),
        "type 1, PP, RID, PASID, EXE, PR");
    assertEquals(0x7000 | 0x1ff << 3 | 1 << 2 | 1, with.second(), "ADDR, PRGI, LPIG, R");
    PageRequestDescriptor without =
        new PageRequestDescriptor(
            0x1fff, RequesterLookup.NO_PASID, false, false, false, true, false, 1, -4096L);
    assertEquals(1 | 0x1fffL << 16, without.first());
    assertEquals(-4096L | 1 << 3 | 1 << 1, without.second(), "W");
    for (PageRequestDescriptor one : List.of(with, without)) {
      assertEquals(one, PageRequestDescriptor.of(one.first(), one.second()));
    }
  }

  @Test
  void contextEntriesLetDevicesAskForPages() {
    long half = bench.word((bench.unit.hardware().root() & -4096L) + 8);
    long context = bench.word((half & -4096L) + (SOURCE & 0x7f) * 32L);
    assertEquals(1 << 4 | 1 << 3 | 1 << 2 | 1, context & 0x1f, "PRE, PASIDE, DTE, P");
    assertEquals(1, bench.unit.hardware().root() >>> 10 & 3, "TTM 01");
  }

  @Test
  void aPageThatComesIsUsedAndTheRequestStandsInTheQueue() {
    bench.yard.pageRequestsTo(this::page);
    assertEquals(new Translated(PHYS + 5, false), bench.access(GIB + 5, true, ASKING));
    StreamId device = new StreamId("dmar0", List.of((long) SOURCE));
    assertEquals(
        List.of(new PageRequest(device, PASID, GIB, true, false, false, 1, true)), asked);
    assertEquals(
        new PageRequestDescriptor(SOURCE, PASID, false, false, false, true, true, 1, GIB),
        queue().at(0));
    assertEquals(32, queue().head(), "PQH");
    assertEquals(32, queue().tail(), "PQT");
    assertEquals(0, queue().status(), "PRS");
    assertEquals(0, bench.unit.hardware().faults().status(), "no fault is recorded");
    assertEquals(List.of(), bench.log());
    bench.access(GIB, true, ASKING);
    assertEquals(1, asked.size());
    bench.access(GIB + 4096, false, ASKING);
    assertEquals(2, asked.getLast().group(), "the next group");
  }

  @Test
  void withoutAHandlerTheAccessIsInvalid() {
    Fault aborted = new Fault(0x71, MISSING + "; page request: invalid request", GIB, true);
    assertEquals(aborted, bench.access(GIB, true, ASKING));
    assertEquals(List.of(), bench.log(), "the core answers");
    bench = bench(KernelProfile.named("6.1").orElseThrow(), "stages", "first");
    space = space();
    assertEquals(aborted, bench.access(GIB, true, ASKING));
    assertEquals(
        List.of("DMAR: dmar0: Invalid page request: 4500800101 4000000e"), bench.log(), "before 6.9");
  }

  @Test
  void afterAFailureTheDeviceAsksNoMore() {
    bench.yard.pageRequestsTo(
        r -> {
          asked.add(r);
          return PageRequest.Response.FAILURE;
        });
    assertEquals(
        new Fault(0x71, MISSING + "; page request: response failure", GIB, true),
        bench.access(GIB, true, ASKING));
    assertEquals(new Fault(0x71, MISSING, GIB, true), bench.access(GIB, true, ASKING));
    assertEquals(1, asked.size());
    assertEquals(2, bench.log().size(), "an ordinary fault");
  }

  @Test
  void aPageThatNeverComesIsGivenUp() {
    bench.yard.pageRequestsTo(
        r -> {
          asked.add(r);
          return PageRequest.Response.SUCCESS;
        });
    assertEquals(
        new Fault(0x71, MISSING + "; page request: the page never came", GIB, true),
        bench.access(GIB, true, ASKING));
    assertEquals(3, asked.size());
  }

  @Test
  void requestsThatCannotBeRightAreRefusedByTheDriver() {
    bench.yard.pageRequestsTo(this::page);
    space.close();
    bench.access(GIB, true, ASKING);
    assertEquals(0, asked.size(), "no PASID entry: not recoverable");
    long before = bench.log().size();
    bench = bench(KernelProfile.LINUX_6_12);
    AccessAttributes noPasid = AccessAttributes.PLAIN.requestingPages();
    bench.access(GIB, false, noPasid);
    assertEquals("DMAR: IOMMU: dmar0: Page request without PASID", bench.log().getFirst());
    assertEquals("DMAR: dmar0: Invalid page request: 00800001 4000000d", bench.log().getLast());
    assertTrue(before > 0);
    bench = bench(KernelProfile.DEFAULT);
    bench.yard.pageRequestsTo(
        r -> {
          asked.add(r);
          return PageRequest.Response.INVALID;
        });
    bench.access(GIB, false, noPasid);
    assertEquals(AccessAttributes.NO_PASID, asked.getFirst().pasid(), "since 6.13");
    queue().put(new PageRequestDescriptor(SOURCE, 1, false, true, true, false, true, 1, GIB));
    assertEquals(
        "DMAR: IOMMU: dmar0: Page request in Privilege Mode",
        bench.log().get(bench.log().size() - 2));
    queue().put(new PageRequestDescriptor(SOURCE, 1, true, false, true, false, true, 1, GIB));
    assertEquals(
        "DMAR: IOMMU: dmar0: Execution request not supported",
        bench.log().get(bench.log().size() - 2));
    queue().put(new PageRequestDescriptor(SOURCE, 1, false, false, true, false, true, 1, 1L << 47));
    assertEquals(
        "DMAR: IOMMU: dmar0: Address is not canonical", bench.log().get(bench.log().size() - 2));
    int said = bench.log().size();
    queue().put(new PageRequestDescriptor(SOURCE, 1, false, false, false, false, true, 0, 0));
    assertEquals(said, bench.log().size(), "a stop marker");
  }

  @Test
  void withoutPreTheRequestIsAFault() {
    long half = bench.word((bench.unit.hardware().root() & -4096L) + 8);
    long context = (half & -4096L) + (SOURCE & 0x7f) * 32L;
    bench.setWord(context, bench.word(context) & ~(1L << 4));
    bench.unit.flushes().everything();
    assertEquals(
        new Fault(0x47, "SM: PRE field in Context-Entry is clear", GIB, true),
        bench.access(GIB, true, ASKING));
    assertTrue(bench.log().getLast().contains("[fault reason 0x47]"), bench.log()::toString);
  }

  @Test
  void aQueueThatIsFullDropsRequestsUntilProIsCleared() {
    TableWords words = new TableWords(bench.yard);
    int[] rung = {0};
    PageRequestQueue small = new PageRequestQueue(words, () -> rung[0]++);
    small.enable(words.allocate(), 4096);
    PageRequestDescriptor one =
        new PageRequestDescriptor(SOURCE, 1, false, false, true, false, true, 1, GIB);
    for (int i = 0; i < 127; i++) {
      assertTrue(small.put(one));
    }
    assertEquals(1, rung[0], "one interrupt while PPR is set");
    assertEquals(PageRequestQueue.PPR, small.status());
    assertFalse(small.put(one), "the last slot stays free");
    assertEquals(PageRequestQueue.PPR | PageRequestQueue.PRO, small.status());
    small.setHead(small.tail());
    assertFalse(small.put(one), "PRO");
    PageRequestHandler driver =
        new PageRequestHandler("dmar0", words, bench.yard, bench.unit.flushes().queue());
    driver.handle(small);
    assertEquals(0, small.status());
    assertEquals(
        List.of(
            "DMAR: IOMMU: dmar0: PRQ overflow detected",
            "DMAR: IOMMU: dmar0: PRQ overflow cleared"),
        bench.log());
    assertTrue(small.put(one));
  }

  @Test
  void aDeviceWithoutATlbAsksNothing() {
    bench = new VtdBench(KernelProfile.DEFAULT, Map.of("scalable-mode", "on", "page-requests", "on"));
    space = space();
    bench.yard.pageRequestsTo(this::page);
    assertEquals(new Fault(0x71, MISSING, GIB, true), bench.access(GIB, true, ASKING));
    bench.unit.close();
    assertEquals(Map.of(), bench.yard.liveTables());
  }
}
