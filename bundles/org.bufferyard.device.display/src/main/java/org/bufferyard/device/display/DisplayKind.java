package org.bufferyard.device.display;

import org.bufferyard.api.device.Device;
import org.bufferyard.api.device.DeviceContext;
import org.bufferyard.api.device.DeviceKind;
import org.bufferyard.api.device.DeviceUnit;
import org.bufferyard.api.device.DriverFacts;
import org.bufferyard.api.device.DriverFactsTable;
import org.bufferyard.api.device.PatternedDevice;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.kernel.Models;
import org.osgi.service.component.annotations.Component;

/**
 * Display controllers: what their drivers do with buffers, and hardware that reads pictures for
 * scan-out.
 *
 * <p>Not modelled: planes, blending, vertical blanking, underruns.
 */
@Component
@Models({
  "bufferyard,display",
  "samsung,s3c6400-fimd",
  "samsung,s5pv210-fimd",
  "samsung,exynos3250-fimd",
  "samsung,exynos4210-fimd",
  "samsung,exynos5250-fimd",
  "samsung,exynos5420-fimd",
  "samsung,exynos5433-decon",
  "samsung,exynos5433-decon-tv",
  "samsung,exynos4210-mixer",
  "samsung,exynos4212-mixer",
  "samsung,exynos5250-mixer",
  "samsung,exynos5420-mixer",
  "brcm,bcm2835-hvs",
  "brcm,bcm2711-hvs",
  "brcm,bcm2835-txp",
  "mediatek,mt8183-disp-ovl",
  "mediatek,mt8183-disp-ovl-2l",
  "mediatek,mt8183-disp-rdma",
  "arm,hdlcd",
  "arm,mali-dp500",
  "arm,mali-dp550",
  "arm,mali-dp650",
  "fsl,imx8mp-lcdif"
})
public final class DisplayKind implements DeviceKind {
  private final DriverFactsTable facts = DriverFactsTable.read(DisplayKind.class, "/facts/display.facts");

  @Override
  public DriverFacts facts(DeviceUnit unit, KernelProfile kernel) {
    return facts.of(unit.model());
  }

  @Override
  public Device open(DeviceUnit unit, DeviceContext context) {
    return new PatternedDevice(context.bus());
  }
}
