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
 * Graphics processors with page tables of their own: what their drivers do with buffers, and
 * hardware that reads textures and writes pictures.
 *
 * <p>Not modelled: the page tables that the driver keeps behind the DMA addresses, job queues.
 */
@Component
@Models({
  "samsung,exynos4210-mali",
  "samsung,exynos5420-mali",
  "arm,juno-mali",
  "mediatek,mt8183-mali",
  "mediatek,mt8183b-mali",
  "rockchip,rk3588-mali",
  "brcm,2711-v3d",
  "brcm,2712-v3d"
})
public final class GpuKind implements DeviceKind {
  private final DriverFactsTable facts = DriverFactsTable.read(GpuKind.class, "/facts/gpu.facts");

  @Override
  public DriverFacts facts(DeviceUnit unit, KernelProfile kernel) {
    return facts.of(unit.model());
  }

  @Override
  public Device open(DeviceUnit unit, DeviceContext context) {
    return new PatternedDevice(context.bus());
  }
}
