"""Usage: run_script.py PLUG-IN SHARPEN-SERVICE: Script-Fu as a user types it, its return values and exit status.

No service is named: the embedded one is started by the plug-in itself and really sharpens.
"""

import pathlib
import sys
import tempfile

import harness

CALL = """
(let* ((image (car (gimp-image-new 96 80 RGB)))
       (layer (car (gimp-layer-new image "Photo" 96 80 RGB-IMAGE 100 LAYER-MODE-NORMAL))))
  (gimp-image-insert-layer image layer 0 0)
  (gimp-drawable-fill layer FILL-WHITE)
  (gimp-image-select-ellipse image CHANNEL-OP-REPLACE 20 20 40 30)
  (gimp-drawable-edit-fill layer FILL-FOREGROUND)
  (gimp-selection-none image)
  (let* ((values (plug-in-remote-sharpen #:run-mode %s #:image image #:drawables (vector layer) %s)))
    (display "layers ") (display (vector-length (car values)))
    (display " service ") (display (cadr values))
    (display " changed ") (display (caddr values))
    (display " of ") (display (vector-length (car (gimp-image-get-layers image))))
    (display " name ") (display (car (gimp-item-get-name (vector-ref (car values) 0)))) (newline)))
"""


def run(gimp, arguments, mode="RUN-NONINTERACTIVE"):
    return gimp.run("scheme", CALL % (mode, arguments), timeout=60)


plug_in, service = sys.argv[1:3]
with tempfile.TemporaryDirectory() as folder:
    gimp = harness.Gimp(folder, plug_in, service, core=("script-fu",))
    good = run(gimp, '#:service "this-computer" #:model "Standard" #:strength 0.8 #:output-name "Crisp"')
    if good.returncode != 0 or "layers 1 service this-computer changed 1 of 2 name Crisp" not in good.stdout:
        harness.fail("the embedded service", good.stdout)
    # Without a strength it is sharp already.
    sharp = run(gimp, '#:service "this-computer"')
    if "layers 1 service this-computer changed 0 of 1 name Photo" not in sharp.stdout:
        harness.fail("a layer was added although nothing was changed, or that is not told", sharp.stdout)
    by_hand = run(gimp, '#:service "this-computer" #:blur "defocus" #:blur-size 2.2 #:protect-sharp "off"')
    if by_hand.returncode != 0 or " changed 1 of 2 name" not in by_hand.stdout:
        harness.fail("a blur by hand changes nothing", by_hand.stdout)
    if "Error while parsing" in sharp.stdout:
        harness.fail("GIMP cannot read back what it noted of the procedures", sharp.stdout)
    last = run(gimp, "", "RUN-WITH-LAST-VALS")
    if last.returncode != 0 or "layers 1 service this-computer" not in last.stdout:
        harness.fail("last values without a window", last.stdout)
    for arguments, word in (
        ('#:model "Lens Blurr"', "Lens Blurr"),
        ("#:strength 7", "strength"),
        ("#:strength -0.5", "strength"),
        ('#:blur "sideways"', "sideways"),
        ('#:blur "defocus" #:blur-size 61', "blur-size"),
        ('#:service "own-server" #:service-url "http://example.com"', "https"),
    ):
        bad = run(gimp, arguments)
        if bad.returncode == 0 or word not in bad.stdout:
            harness.fail(f"{arguments} was accepted", bad.stdout)
    told = run(gimp, '#:model "Lens Blur"')
    if told.returncode != 0 or "Change the script to Lens Blur V2." not in told.stdout:
        harness.fail("a model that is being withdrawn", told.stdout)
    windowless = run(gimp, "", "RUN-INTERACTIVE")
    if windowless.returncode == 0 or "no screen" not in windowless.stdout:
        harness.fail("a dialog without a screen", windowless.stdout)
    print("ok")
