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
  "allwinner,sun4i-a10-mali",
  "allwinner,sun7i-a20-mali",
  "allwinner,sun8i-a23-mali",
  "allwinner,sun8i-h3-mali",
  "allwinner,sun8i-r40-mali",
  "allwinner,sun50i-a64-mali",
  "allwinner,sun50i-h5-mali",
  "amlogic,meson8-mali",
  "amlogic,meson8b-mali",
  "amlogic,meson-gxbb-mali",
  "amlogic,meson-gxl-mali",
  "hisilicon,hi6220-mali",
  "rockchip,rk3036-mali",
  "rockchip,rk3066-mali",
  "rockchip,rk3128-mali",
  "rockchip,rk3188-mali",
  "rockchip,rk3228-mali",
  "rockchip,rk3328-mali",
  "xlnx,zynqmp-mali",
  "samsung,exynos5250-mali",
  "samsung,exynos5420-mali",
  "samsung,exynos5433-mali",
  "samsung,exynos7-mali",
  "arm,juno-mali",
  "allwinner,sun50i-h6-mali",
  "amlogic,meson-gxm-mali",
  "amlogic,meson-g12a-mali",
  "mediatek,mt8183-mali",
  "mediatek,mt8183b-mali",
  "mediatek,mt8186-mali",
  "mediatek,mt8188-mali",
  "mediatek,mt8192-mali",
  "mediatek,mt8195-mali",
  "renesas,r9a07g044-mali",
  "renesas,r9a07g054-mali",
  "rockchip,px30-mali",
  "rockchip,rk3288-mali",
  "rockchip,rk3399-mali",
  "rockchip,rk3568-mali",
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
